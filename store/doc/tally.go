package doc

import (
	"time"

	"ragoffire/engine"
)

// Group is what a backend counted of the incidents that are alike in these.
type Group struct {
	Seed                                 bool
	Status, ErrorType, Service, Severity string
	N, Fixes                             int
	Acked, Resolved                      int // of live ones
	AckTime, ResolveTime                 time.Duration
}

// Times are when an incident was acknowledged and when it was over, as far as
// figures go: one that was merged is counted with the one that has its alerts.
func Times(i *engine.Incident) (acked, over *time.Time) {
	if i.MergedInto != "" {
		return nil, nil
	}
	return i.AcknowledgedAt, i.ResolvedAt
}

// Tally adds groups up to the store's figures.
type Tally struct{ engine.Counts }

// NewTally returns an empty tally.
func NewTally() *Tally {
	return &Tally{engine.Counts{
		ByStatus: map[string]int{}, ByErrorType: map[string]int{}, ByService: map[string]int{}, BySeverity: map[string]int{},
	}}
}

// Add adds a group. What has no service or no type is counted by none.
func (t *Tally) Add(g Group) {
	if g.Seed {
		t.Seeds += g.N
		return
	}
	for _, by := range []struct {
		m   map[string]int
		key string
	}{{t.ByStatus, g.Status}, {t.ByErrorType, g.ErrorType}, {t.ByService, g.Service}, {t.BySeverity, g.Severity}} {
		if by.key != "" {
			by.m[by.key] += g.N
		}
	}
	t.OwnFixes += g.Fixes
	t.Acked += g.Acked
	t.AckTime += g.AckTime
	t.ResolvedN += g.Resolved
	t.ResolveTime += g.ResolveTime
}
