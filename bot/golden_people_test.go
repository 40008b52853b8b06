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
		week: engine.Week{Opened: 12, Acked: 9, AckTime: 4 * time.Minute, Resolved: 8, Duration: 38 * time.Minute, Advised: 10, Approved: 7, Rejected: 1, Worked: 5},
	}
}

func crowdedBoard(n int, s string) *board {
	b := &board{week: engine.Week{Opened: n}}
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

// peopleStates are the golden states of what a person sees alone.
func peopleStates(r *renderer) map[string]any {
	d := answered()
	return map[string]any{
		"home":          homeTab(r.home(usualBoard(), "oncall")),
		"home_empty":    homeTab(r.home(&board{}, "oncall")),
		"home_one":      homeTab(r.home(crowdedBoard(1, ""), "nobody")),
		"home_many":     homeTab(r.home(crowdedBoard(100, ""), "oncall")),
		"modal_reading": reading(r.evidence(&d)),
	}
}

// peopleStuffed are the same with a text everywhere that text from outside can
// stand.
func peopleStuffed(r *renderer, s string) map[string]any {
	some := r.home(crowdedBoard(5, s), s)
	return map[string]any{
		"home": homeTab(r.home(crowdedBoard(100, s), s)), "home of some": some.fit(), "reading": reading(r.note("x " + s)),
	}
}
