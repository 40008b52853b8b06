package engine

import (
	"maps"
	"sync"
	"time"
)

// weather knows from the events which live incidents there are, so that in a
// storm not each decision reads all of them.
type weather struct {
	mu   sync.Mutex
	live map[string]*hit
	// seen is how it looked around the times that were asked for, to the second,
	// until fresh is over.
	seen  map[time.Time]sight
	fresh time.Time
	asked map[string]time.Time
}

// sight is the order of onset around a time.
type sight struct {
	list     []Onset
	services int
}

// weatherFor is how long the weather stays as it was looked at.
const weatherFor = 250 * time.Millisecond

// weatherSize is of how many live incidents the weather knows. Those beyond it
// would make no other storm of one in which there are so many.
const weatherSize = 10_000

func newWeather() *weather {
	return &weather{live: make(map[string]*hit), seen: make(map[time.Time]sight), asked: make(map[string]time.Time)}
}

// put takes over what an event says of an incident.
func (w *weather) put(i *Incident) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, known := w.live[i.ID]
	switch {
	case !i.Live() || i.Service == "":
		delete(w.live, i.ID)
	case known || len(w.live) < weatherSize:
		w.live[i.ID] = newHit(i)
	}
}

// around is the order of onset around a time, as of a moment ago.
func (w *weather) around(at time.Time) ([]Onset, int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if now := time.Now(); now.After(w.fresh) {
		clear(w.seen)
		w.fresh = now.Add(weatherFor)
	}
	at = at.Truncate(time.Second)
	s, ok := w.seen[at]
	if !ok {
		s.list, s.services = inOrder(maps.Values(w.live), at)
		w.seen[at] = s
	}
	return s.list, s.services
}

// ask returns which of a storm's first incidents were not asked to look at their
// advice again.
func (w *weather) ask(d *Decision) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var ids []string
	for _, o := range d.Onset[:min(len(d.Onset), 2*stormServices)] {
		if at, ok := w.asked[o.IncidentID]; (!ok || d.CreatedAt.Sub(at) > stormWindow) && (d.IncidentID == nil || *d.IncidentID != o.IncidentID) {
			ids = append(ids, o.IncidentID)
		}
	}
	return ids
}

// told keeps that they were.
func (w *weather) told(ids []string, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	maps.DeleteFunc(w.asked, func(_ string, t time.Time) bool { return at.Sub(t) > stormWindow })
	for _, id := range ids {
		w.asked[id] = at
	}
}
