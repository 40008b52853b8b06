package bot

import (
	"time"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// homeTab is a message as the Home tab that is published.
func homeTab(m *message) slack.HomeTabViewRequest {
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: m.blocks}}
}

// usualBoard and crowdedBoard are what Home tabs are made of.
func usualBoard() *board {
	mine, open := firing().Incident, firing().Incident
	mine.ID, mine.Service, mine.Status, mine.AcknowledgedBy = "INC-2026-0041", "cart", engine.Acknowledged, "oncall"
	return &board{
		live: []engine.Incident{open, mine}, waiting: []proposal{{answered(), open}},
		week: engine.Lately{Opened: 12, Acked: 9, MTTA: 4 * time.Minute, Resolved: 8, MTTR: 38 * time.Minute, Advised: 10, Approved: 7, Rejected: 1, Worked: 5},
	}
}

// ownedBoard has what somebody was given and what they acknowledged for another.
func ownedBoard() *board {
	given, passed := firing().Incident, firing().Incident
	given.Owner = &engine.Person{ID: "U0BOB", Name: "robert"}
	passed.ID, passed.Status, passed.AcknowledgedBy, passed.Owner = "INC-2026-0041", engine.Acknowledged, "bob", &engine.Person{Name: "ann"}
	return &board{live: []engine.Incident{given, passed}, week: engine.Lately{Opened: 2}}
}

func crowdedBoard(n int, s string) *board {
	b := &board{week: engine.Lately{Opened: n}}
	for at := range n {
		i := firing().Incident
		i.ID = "INC-2026-1" + itoa(100+at)
		if s != "" {
			i.Title, i.Service, i.Environment, i.AcknowledgedBy = s, s, s, s
		}
		if at%3 == 0 {
			i.Status, i.AcknowledgedBy = engine.Acknowledged, "oncall"
		}
		d := answered()
		if s != "" {
			d.RecommendedAction, d.MatchedIncident = &s, &s
		}
		b.live, b.waiting = append(b.live, i), append(b.waiting, proposal{d, i})
	}
	return b
}

// draft is a past incident that waits for a person, with s in all its texts.
func draft(s string) engine.ThreadDraft {
	if s != "" {
		return engine.ThreadDraft{ID: "C0INC-1", Title: s, Symptom: s, Resolution: s, RootCause: s, Service: s, URL: s, StartedAt: night}
	}
	return engine.ThreadDraft{
		ID: "C0INC-1795402870-000100", Status: engine.DraftOpen, Title: "checkout is down", Symptom: "checkout is down\n502s everywhere", Service: "checkout",
		Resolution: "rolled back to 4f1c2e", RootCause: "pool too small", URL: "https://acme.slack.com/archives/C0INC/p1795402870000100",
		StartedAt: night, ResolvedAt: new(night.Add(23 * time.Minute)),
	}
}

// peopleStates are the golden states of what a person sees alone.
func peopleStates(r *renderer) map[string]any {
	d := answered()
	return map[string]any{
		"home":          homeTab(r.home(usualBoard(), engine.Person{Name: "oncall"})),
		"home_owned":    homeTab(r.home(ownedBoard(), engine.Person{ID: "U0BOB", Name: "bob"})),
		"home_empty":    homeTab(r.home(&board{}, engine.Person{Name: "oncall"})),
		"home_one":      homeTab(r.home(crowdedBoard(1, ""), engine.Person{Name: "nobody"})),
		"home_many":     homeTab(r.home(crowdedBoard(100, ""), engine.Person{Name: "oncall"})),
		"home_drafts":   homeTab(r.home(&board{drafts: []engine.ThreadDraft{draft("")}, week: engine.Lately{Opened: 1}}, engine.Person{Name: "oncall"})),
		"drafts":        r.drafts([]engine.ThreadDraft{draft(""), {ID: "C0INC-2", Title: "queue grows", StartedAt: night}}, true),
		"drafts_none":   r.drafts(nil, false),
		"modal_draft":   func() slack.ModalViewRequest { d := draft(""); return r.draftModal(anchor{ID: d.ID}, &d) }(),
		"test_card":     card(),
		"modal_reading": reading(r.evidence(&d)),
	}
}

// peopleStuffed are the same with a text everywhere that text from outside can
// stand.
func peopleStuffed(r *renderer, s string) map[string]any {
	d, b := draft(s), crowdedBoard(5, s)
	b.drafts = []engine.ThreadDraft{d}
	some := r.home(b, engine.Person{Name: s})
	return map[string]any{
		"home": homeTab(r.home(crowdedBoard(100, s), engine.Person{Name: s})), "home of some": some.fit(), "reading": reading(r.note("x " + s)),
		"drafts": r.drafts([]engine.ThreadDraft{d, d, d, d, d, d, d, d}, true), "draft": r.draftModal(anchor{ID: d.ID}, &d),
	}
}
