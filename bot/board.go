package bot

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"ragoffire/engine"
)

// board is what everybody's Home tab is made of.
type board struct {
	seq     int64             // the last event that it knows of
	live    []engine.Incident // nobody has it first, then the worst, then the oldest
	waiting []proposal        // advice on live incidents that nobody has decided on, newest first
	week    engine.Lately

	drafts     []engine.ThreadDraft // that wait for a person
	moreDrafts bool
}

// proposal is advice that waits for a verdict, with the incident it is for.
type proposal struct {
	engine.Decision
	live engine.Incident
}

// boards keeps the last board: it is the same for all who look, until an event
// says otherwise.
type boards struct {
	engine *engine.Engine
	store  engine.Store
	now    func() time.Time

	mu   sync.Mutex
	last *board
	at   time.Time
}

// draftsCounted is up to where drafts are counted.
const draftsCounted = 100

// boardAge is how old a board may get: the week moves on without an event.
const boardAge = 5 * time.Minute

// seq is the number of the last event. What is older than that is stale.
func (s *boards) seq(ctx context.Context) (last int64, err error) {
	err = s.store.View(ctx, func(r engine.Reader) error {
		last, _, err = r.LastSeq(ctx)
		return err
	})
	return last, err
}

// read returns the board as of now. Readers wait for one another: a change is
// read once for all of them.
func (s *boards) read(ctx context.Context) (*board, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	seq, err := s.seq(ctx)
	if err != nil {
		return nil, err
	}
	if s.last != nil && s.last.seq == seq && s.now().Sub(s.at) < boardAge {
		return s.last, nil
	}
	b := &board{seq: seq} // read before the facts: what comes in between shows next time
	if b.live, err = s.incidents(ctx); err != nil {
		return nil, err
	}
	if b.waiting, err = s.proposals(ctx, b.live); err != nil {
		return nil, err
	}
	if b.week, err = s.engine.Lately(ctx, statsDays); err != nil {
		return nil, err
	}
	drafts, err := s.engine.Drafts(ctx, "", draftsCounted)
	if err != nil {
		return nil, err
	}
	b.drafts, b.moreDrafts = drafts.Items, drafts.Next != ""
	s.last, s.at = b, s.now()
	return b, nil
}

// incidents reads all live incidents: the oldest that nobody has may be the one
// that matters.
func (s *boards) incidents(ctx context.Context) ([]engine.Incident, error) {
	var live []engine.Incident
	for after := ""; ; {
		p, err := s.engine.Incidents(ctx, engine.IncidentFilter{Live: true}, after, 1000)
		if err != nil {
			return nil, err
		}
		live = append(live, p.Items...)
		if after = p.Next; after == "" {
			break
		}
	}
	slices.SortStableFunc(live, func(a, b engine.Incident) int {
		return cmp.Or(
			taken(&a)-taken(&b),
			cmp.Compare(b.Severity.Rank(), a.Severity.Rank()),
			a.StartedAt.Compare(b.StartedAt),
			cmp.Compare(a.ID, b.ID),
		)
	})
	return live, nil
}

func taken(i *engine.Incident) int {
	if i.Status == engine.Open {
		return 0
	}
	return 1
}

// proposalsRead is how many undecided pieces of advice are looked through for
// those on live incidents; older ones are mostly on what is over.
const proposalsRead = 500

func (s *boards) proposals(ctx context.Context, live []engine.Incident) ([]proposal, error) {
	p, err := s.engine.Decisions(ctx, engine.DecisionFilter{Status: engine.Proposed}, "", proposalsRead)
	if err != nil {
		return nil, err
	}
	var waiting []proposal
	for n := range p.Items {
		d := &p.Items[n]
		if d.IncidentID == nil || d.RecommendedAction == nil || !d.Open() {
			continue
		}
		i := slices.IndexFunc(live, func(i engine.Incident) bool { return i.ID == *d.IncidentID })
		if i >= 0 {
			waiting = append(waiting, proposal{*d, live[i]})
		}
	}
	return waiting, nil
}
