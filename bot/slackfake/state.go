package slackfake

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// state is everything that Slack.mu guards.
type state struct {
	ids      ids
	work     workspace
	surfaces surfaces
	grants   grants
	record   record
	hub      hub
	faults   []*armed
	buckets  map[string]*bucket
	snapshot *Snapshot // of this very state; nil once it has changed
}

func newState(cfg Config) *state {
	st := &state{
		ids:      ids{rng: rand.New(rand.NewPCG(cfg.Seed, cfg.Seed)), now: cfg.Now},
		work:     newWorkspace(cfg.App, cfg.Now()),
		surfaces: newSurfaces(),
		grants:   newGrants(),
		record:   newRecord(cfg.Keep),
		hub:      newHub(),
		buckets:  map[string]*bucket{},
	}
	return st
}

// touch tells everyone who waits that the state has changed.
func (s *Slack) touch() {
	s.st.snapshot = nil
	close(s.changed)
	s.changed = make(chan struct{})
}

// do runs f on the state and announces the change.
func (s *Slack) do(f func(st *state)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s.st)
	s.touch()
}

// ids makes the identifiers that Slack gives out, repeatably for one seed.
type ids struct {
	rng    *rand.Rand
	now    func() time.Time
	lastTS int64
}

// ts is a message's timestamp, which is also its id: unique and rising in the
// whole workspace, a little stricter than Slack's, which is per channel.
func (g *ids) ts() string {
	us := max(g.now().UnixMicro(), g.lastTS+1)
	g.lastTS = us
	return tsOf(time.UnixMicro(us))
}

// id is like U024BE7LH: a prefix and ten characters.
func (g *ids) id(prefix string) string {
	const letters = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
	var b strings.Builder
	b.WriteString(prefix)
	for range 10 {
		b.WriteByte(letters[g.rng.IntN(len(letters))])
	}
	return b.String()
}

func (g *ids) hex(bytes int) string {
	var b strings.Builder
	for range bytes {
		fmt.Fprintf(&b, "%02x", g.rng.IntN(256))
	}
	return b.String()
}

func (g *ids) uuid() string {
	h := g.hex(16)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
}

// parseTS turns a timestamp, or any Unix time that Slack accepts in its place,
// into microseconds.
func parseTS(ts string) (us int64, ok bool) {
	sec, frac, _ := strings.Cut(ts, ".")
	if len(frac) > 6 {
		frac = frac[:6]
	}
	a, err := strconv.ParseInt(sec, 10, 64)
	if err != nil || a < 0 || a > 1e11 {
		return 0, false
	}
	b, err := strconv.ParseInt((frac + "000000")[:6], 10, 64)
	if err != nil || b < 0 {
		return 0, false
	}
	return a*1e6 + b, true
}

// journal keeps the newest entries of a record. Entries are pointers to values
// that are replaced, never changed, so that snapshots may share them.
type journal[T any] struct {
	keep  int
	first int // absolute number of items[0]
	items []*T
}

func (j *journal[T]) add(v *T) int {
	if len(j.items) >= j.keep+j.keep/4+1 {
		drop := len(j.items) - j.keep
		j.items = append(make([]*T, 0, j.keep+j.keep/4+2), j.items[drop:]...)
		j.first += drop
	}
	j.items = append(j.items, v)
	return j.first + len(j.items) - 1
}

// replace swaps the entry with this absolute number, if it is still kept.
func (j *journal[T]) replace(n int, change func(T) T) {
	if n < j.first || n >= j.first+len(j.items) {
		return
	}
	v := change(*j.items[n-j.first])
	j.items[n-j.first] = &v
}

// tsOf writes a time as a timestamp.
func tsOf(t time.Time) string {
	us := t.UnixMicro()
	return fmt.Sprintf("%d.%06d", us/1e6, us%1e6)
}
