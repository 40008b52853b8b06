package storetest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
)

// model is what a store should hold, kept in maps. Each sequence of changes has
// names of its own, so all of them share one database.
type model struct {
	name      string // service, channel and incident of everything here
	incidents map[string]engine.Incident
	posts     []engine.Post // in the order of their insertion
	decisions map[string]bool
	reviews   map[string]string // decision to the actor of its standing review
}

func (m *model) clone() *model {
	return &model{m.name, maps.Clone(m.incidents), slices.Clone(m.posts), maps.Clone(m.decisions), maps.Clone(m.reviews)}
}

func (m *model) post(key string) int {
	return slices.IndexFunc(m.posts, func(p engine.Post) bool { return p.Key == key })
}

// change is one change: what the store is told, and what it should answer.
type change func(context.Context, engine.Tx, *model) (want engine.Kind, got error)

// drawChange draws one change, of names that are few enough to meet.
func drawChange(r *rand.Rand, name string) change {
	id := name + string("abc"[r.IntN(3)])
	n := r.IntN(4)
	switch r.IntN(7) {
	case 0:
		i := live(id, time.Duration(n)*time.Minute)
		i.Service = name
		if n == 0 {
			i.Status = engine.Resolved
		}
		return func(ctx context.Context, tx engine.Tx, m *model) (engine.Kind, error) {
			m.incidents[id] = i
			return "", tx.PutIncidents(ctx, []engine.Incident{i})
		}
	case 1:
		return func(ctx context.Context, tx engine.Tx, m *model) (engine.Kind, error) {
			_, ok := m.incidents[id]
			delete(m.incidents, id)
			return kindIf(!ok, engine.NotFound), tx.DeleteIncident(ctx, id)
		}
	case 2:
		p := engine.Post{Key: id, Channel: name, CreatedAt: t0().Add(time.Duration(n) * time.Minute)}
		return func(ctx context.Context, tx engine.Tx, m *model) (engine.Kind, error) {
			if at := m.post(id); at >= 0 {
				m.posts[at].Wanted++
			} else {
				m.posts = append(m.posts, p)
				m.posts[len(m.posts)-1].Wanted = 1
			}
			return "", tx.WantPosts(ctx, p)
		}
	case 3:
		return func(ctx context.Context, tx engine.Tx, m *model) (engine.Kind, error) {
			p := engine.Post{Key: id, Channel: name, CreatedAt: t0(), Sent: int64(n), Dead: n == 3}
			at := m.post(id)
			if at >= 0 {
				p.Wanted = m.posts[at].Wanted
				m.posts[at] = p
			}
			return kindIf(at < 0, engine.NotFound), tx.SavePost(ctx, p)
		}
	case 4:
		return func(ctx context.Context, tx engine.Tx, m *model) (engine.Kind, error) {
			m.decisions[id] = true
			return "", tx.PutDecisions(ctx, []engine.Decision{{ID: id, IncidentID: &name, CreatedAt: t0()}})
		}
	case 5:
		return func(ctx context.Context, tx engine.Tx, m *model) (engine.Kind, error) {
			err := tx.AddReview(ctx, engine.Review{DecisionID: id, Actor: fmt.Sprint(n), At: t0()})
			if !m.decisions[id] {
				return engine.NotFound, err
			}
			if _, ok := m.reviews[id]; ok {
				return engine.Conflict, err
			}
			m.reviews[id] = fmt.Sprint(n)
			return "", err
		}
	}
	return func(ctx context.Context, tx engine.Tx, m *model) (engine.Kind, error) {
		_, ok := m.reviews[id]
		delete(m.reviews, id)
		return kindIf(!ok, engine.NotFound), tx.UndoReview(ctx, id, t0())
	}
}

func kindIf(cond bool, k engine.Kind) engine.Kind {
	if cond {
		return k
	}
	return ""
}

// shows returns what the lists of a reader show, as one text.
func shows(ctx context.Context, r engine.Reader, name string, page int) (string, error) {
	var out []string
	for _, f := range []engine.IncidentFilter{{Service: name}, {Service: name, Live: true}} {
		for after := ""; ; {
			list, next, err := r.Incidents(ctx, f, after, page)
			if err != nil {
				return "", err
			}
			out = append(out, ids(list, incidentID)...)
			if after = next; next == "" {
				break
			}
		}
	}
	posts, err := r.Posts(ctx, name, 0)
	if err != nil {
		return "", err
	}
	for _, p := range posts {
		out = append(out, fmt.Sprint(p.Key, p.Wanted, p.Sent))
	}
	decisions, _, err := r.Decisions(ctx, engine.DecisionFilter{IncidentID: name}, "", 0)
	for _, d := range decisions {
		out = append(out, d.ID)
		for _, r := range d.Reviews {
			out = append(out, "by "+r.Actor)
		}
	}
	return strings.Join(out, " "), err
}

// shows returns what a store of this content should show.
func (m *model) shows() string {
	var out []string
	byStart := func(a, b engine.Incident) int {
		return cmp.Or(b.StartedAt.Compare(a.StartedAt), strings.Compare(b.ID, a.ID))
	}
	list := slices.SortedFunc(maps.Values(m.incidents), byStart)
	out = append(out, ids(list, incidentID)...)
	out = append(out, ids(slices.DeleteFunc(list, func(i engine.Incident) bool { return !i.Live() }), incidentID)...)
	posts := slices.Clone(m.posts)
	slices.SortStableFunc(posts, func(a, b engine.Post) int { return a.CreatedAt.Compare(b.CreatedAt) })
	for _, p := range posts {
		if p.Wanted > p.Sent && !p.Dead {
			out = append(out, fmt.Sprint(p.Key, p.Wanted, p.Sent))
		}
	}
	decisions := slices.Sorted(maps.Keys(m.decisions))
	slices.Reverse(decisions)
	for _, id := range decisions {
		out = append(out, id)
		if actor, ok := m.reviews[id]; ok {
			out = append(out, "by "+actor)
		}
	}
	return strings.Join(out, " ")
}

var modelTests = map[string]func(*testing.T, Opened){
	"it does what a map does": func(t *testing.T, o Opened) {
		other := again(t, o)
		seed := uint64(time.Now().UnixNano())
		r := rand.New(rand.NewPCG(seed, 0))
		for n := range 60 {
			sequence(t, o, other, r, fmt.Sprintf("m%d-", n))
			if t.Failed() {
				t.Fatalf("seed %d, sequence %d", seed, n)
			}
		}
	},
}

// sequence changes a store by some transactions, and looks after each.
func sequence(t *testing.T, s, other engine.Store, r *rand.Rand, name string) {
	m := &model{name: name, incidents: map[string]engine.Incident{}, decisions: map[string]bool{}, reviews: map[string]string{}}
	for range 1 + r.IntN(6) {
		var changes []change
		for range 1 + r.IntN(4) {
			changes = append(changes, drawChange(r, name))
		}
		commits := r.IntN(5) > 0
		var next *model
		err := s.Update(t.Context(), func(tx engine.Tx) error {
			next = m.clone()
			for _, c := range changes {
				if want, got := c(t.Context(), tx, next); engine.KindOf(got) != want || (got == nil) != (want == "") {
					t.Errorf("got %v, want %q", got, want)
				}
			}
			inside, err := shows(t.Context(), tx, name, 2)
			if want := next.shows(); err == nil && inside != want {
				t.Errorf("inside:\n%s\nwant\n%s", inside, want)
			}
			if err == nil && !commits {
				err = errStop
			}
			return err
		})
		if commits == (err != nil) {
			t.Fatalf("update: %v", err)
		}
		if commits {
			m = next
		}
		outside := view(t, other, func(ctx context.Context, r engine.Reader) (string, error) { return shows(ctx, r, name, 1) })
		if want := m.shows(); outside != want {
			t.Errorf("outside:\n%s\nwant\n%s", outside, want)
		}
	}
}
