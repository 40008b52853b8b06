package engine

import "context"

// Silencer silences the pagers themselves, which rof does not stand in front of:
// in an Alertmanager. The zero Silencer silences none.
type Silencer struct {
	// Sources are the names of those whose alerts it is in charge of.
	Sources map[string]bool
	// Make makes the silence, or finds the one that an earlier try made, by the
	// id in its comment, and returns its id there.
	Make func(ctx context.Context, s Silence, comment string) (id string, err error)
	// End ends it, and whatever else has its comment: two tries at once, or one
	// whose answer was lost, may have made two. One that has ended or is unknown is
	// no error.
	End func(ctx context.Context, id, comment string) error
}

// Reach says whose pagers a silence reaches.
type Reach string

// The reaches.
const (
	ReachSlack Reach = "slack" // ours only
	ReachAll   Reach = "all"
	ReachSome  Reach = "some" // a part of what it matches pages from elsewhere
)

// reach says whose pagers are silenced along with what matches now. Where
// nothing matches yet, the silencer takes it.
func (s *Silencer) reach(alerts []Alert) Reach {
	if s.Make == nil {
		return ReachSlack
	}
	in := 0
	for n := range alerts {
		if s.Sources[alerts[n].Source] {
			in++
		}
	}
	switch {
	case in == len(alerts):
		return ReachAll
	case in == 0:
		return ReachSlack
	}
	return ReachSome
}
