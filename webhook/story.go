package webhook

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"ragoffire/engine"
)

// storyView is one incident, told from top to bottom.
type storyView struct {
	engine.Detail
	Alerts   []alertView
	More     int // alerts that are not shown
	Advice   *cardView
	Earlier  []cardView
	Can      actions
	Duration string
	Pointers []engine.ServiceLink // the service's own links, for its time
	Charts   []chartView
	Draft    string // of the post-mortem
}

// UnitOf is the unit of what was measured.
func (v *storyView) UnitOf() string {
	if len(v.Measures) == 0 {
		return ""
	}
	return v.Measures[0].Unit
}

// Has says who has it.
func (v *storyView) Has() string { return has(&v.Incident) }

// Elsewhere says why an incident has no alerts.
func (v *storyView) Elsewhere() string {
	switch {
	case len(v.Alerts) > 0:
		return ""
	case v.MergedInto != "":
		return "Its alerts stand at " + v.MergedInto + " now."
	case v.DeclaredBy != "":
		return "No alert told of it: " + v.DeclaredBy + " declared it."
	}
	return ""
}

// relation is what an incident has to do with others.
type relation struct {
	Words string
	IDs   []string
}

// Relations are what people put together and took apart, each with its way there.
func (v *storyView) Relations() []relation {
	var list []relation
	for _, r := range []relation{
		{"merged into", []string{v.MergedInto}},
		{"duplicate of", []string{v.original()}},
		{"with the alerts of", v.Merged},
		{"taken out of", []string{v.SplitFrom}},
		{"related to", v.Linked},
	} {
		if len(r.IDs) > 0 && r.IDs[0] != "" {
			list = append(list, r)
		}
	}
	return list
}

// original is what people said that it is a duplicate of, where it was not merged
// into that.
func (v *storyView) original() string {
	if v.MergedInto != "" {
		return ""
	}
	return v.DuplicateOf
}

// Ended says how it ended, where what fixed it does not.
func (v *storyView) Ended() string {
	if v.Historical || v.Status != engine.Resolved {
		return ""
	}
	how := ""
	switch v.Reason {
	case engine.ReasonFixed:
		return ""
	case engine.ReasonRecovered:
		how = "Recovered by itself"
	case engine.ReasonFalseAlarm:
		how = "False alarm"
	case engine.ReasonDuplicate:
		how = "Duplicate of " + v.DuplicateOf
		if v.MergedInto != "" {
			how = "Merged into " + v.MergedInto + ", which has its alerts now"
		}
	}
	if how != "" && v.ResolvedBy != "" {
		how += ", says " + v.ResolvedBy
	}
	return how
}

// actions are the buttons that make sense now.
type actions struct{ Ack, Mitigate, Resolve, Reopen, Note, Delete bool }

// alertView is an alert with its labels in order.
type alertView struct {
	engine.Alert
	Tags []label
}

type label struct{ Key, Value string }

// storyAlerts is how many alerts a page lists; a storm has hundreds.
const storyAlerts = 30

func (s *Server) incidentPage(c echo.Context) error {
	return s.pages.memo.answer(c, s.cfg.Now(), func() ([]byte, error) {
		d, err := s.cfg.Engine.Incident(c.Request().Context(), idOf(c))
		if err != nil {
			return nil, err
		}
		b, err := s.boardView(c, d.ID)
		if err != nil {
			return nil, err
		}
		v := s.story(d, s.cfg.Now())
		s.offered(c.Request().Context(), v)
		return s.pages.html(c, "incident", frame{Title: d.ID + " " + plainText(d.Title), Chart: !d.Historical, Board: b, Data: v})
	})
}

func (s *Server) story(d engine.Detail, now time.Time) *storyView {
	v := &storyView{Detail: d, Can: possible(&d.Incident), Duration: until(d.StartedAt, d.ResolvedAt), Charts: chartsOf(d.Alerts)}
	v.Pointers = s.cfg.Engine.Links(&d.Incident)
	if !d.Historical {
		v.Draft = engine.Postmortem(&d)
	}
	alerts := slices.Clone(d.Alerts)
	slices.SortStableFunc(alerts, func(x, y engine.Alert) int { return cmp.Compare(ended(&x), ended(&y)) })
	v.More = max(0, len(alerts)-storyAlerts)
	for _, a := range alerts[:len(alerts)-v.More] {
		av := alertView{Alert: a}
		for _, k := range slices.Sorted(maps.Keys(a.Labels)) {
			av.Tags = append(av.Tags, label{k, a.Labels[k]})
		}
		v.Alerts = append(v.Alerts, av)
	}
	for n := range d.Decisions {
		card := newCard(&d, n, now)
		if n == 0 {
			v.Advice = &card
		} else {
			v.Earlier = append(v.Earlier, card)
		}
	}
	return v
}

// ended orders alerts: what still fires first.
func ended(a *engine.Alert) int {
	if a.Status == engine.AlertResolved {
		return 1
	}
	return 0
}

func possible(i *engine.Incident) actions {
	if i.Historical {
		return actions{Delete: true}
	}
	a := actions{Note: true}
	switch i.Status {
	case engine.Open:
		a.Ack, a.Mitigate, a.Resolve = true, true, true
	case engine.Acknowledged:
		a.Mitigate, a.Resolve = true, true
	case engine.Mitigated:
		a.Resolve = true
	case engine.Resolved:
		// Its alerts ended it: what fixed it can still be told.
		a.Reopen, a.Resolve = i.MergedInto == "", i.ResolvedBy == ""
	}
	return a
}
