package history_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/engine/history"
)

// night is an incident as it was lived through.
func night() *engine.Detail {
	at := func(m int) time.Time { return time.Date(2026, 11, 23, 3, m, 10, 0, time.UTC) }
	took, over := at(3), at(24)
	spike, action := 320.0, "Throttle connections to 30%"
	match := "INC-2025-001"
	return &engine.Detail{
		Incident: engine.Incident{
			ID: "INC-2026-0042", Title: "Checkout: too many errors", Status: engine.Resolved, Severity: engine.SeverityCritical,
			Service: "checkout", Environment: "prod", ErrorType: "database_timeout", Spike: &spike, Symptom: "p99 1.9 s on checkout\n# of errors: 12 %",
			Source: "alertmanager", StartedAt: at(1), ResolvedAt: &over, AcknowledgedAt: &took, AcknowledgedBy: "oncall",
			Series: 3, Services: []string{"checkout", "cart"}, Reason: engine.ReasonFixed, ResolvedBy: "oncall",
			Resolution: "throttled connections to 30%\n- pool 200 → 60\n\n```\nkubectl scale deploy/checkout\n# waited\n```",
			RootCause:  "pool too small <!-- and nobody knew -->\n===\nsince the deploy",
		},
		Alerts: []engine.Alert{{Source: "alertmanager", Title: "HighErrorRate", StartedAt: at(1), ReceivedAt: at(2)}},
		Timeline: []engine.Entry{
			{At: at(2), Kind: "fired", Text: "HighErrorRate"},
			{At: at(3), Kind: "acknowledged", Actor: "oncall", Text: "acknowledged"},
			{At: at(4), Kind: "decided", Text: "looks like INC-2025-001 (95 %): " + action},
			{At: at(8), Kind: "note", Actor: "lead", Text: "pool is at 200,\ntrying 60"},
			{At: at(20), Kind: "note", Actor: "lead", Text: "todo: alert on the pool's size"},
			{At: at(24), Kind: "resolved", Actor: "oncall", Text: "fixed: throttled connections to 30%"},
		},
		Decisions: []engine.Decision{{
			MatchedIncident: &match, RecommendedAction: &action, Status: engine.Approved,
			Reviews: []engine.Review{{Verdict: engine.Approve, Actor: "oncall"}}, Outcome: &engine.Outcome{Outcome: engine.Worked, Actor: "oncall"},
		}},
	}
}

func TestAPostmortemIsReadBackAsItWasMeant(t *testing.T) {
	d := night()
	doc := engine.Postmortem(d)
	const file = "testdata/postmortem.golden.md"
	if *update {
		if err := os.WriteFile(file, []byte(doc), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if doc != string(want) {
		t.Errorf("the draft is\n%s\nwant\n%s", doc, want)
	}
	row, _, err := history.Markdown("INC-2026-0042-postmortem.md", "", []byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	if row.RootCause != d.RootCause || row.Resolution != d.Resolution {
		t.Errorf("cause %q, resolution %q", row.RootCause, row.Resolution)
	}
	if row.ID != d.ID || row.Title != d.Title || row.Kind != engine.KindIncident || row.ErrorType != d.ErrorType || row.Service != d.Service ||
		row.Severity != d.Severity || row.Spike == nil || *row.Spike != *d.Spike || !strings.HasPrefix(row.Symptom, d.Symptom) {
		t.Errorf("row %+v", row)
	}
	if !row.StartedAt.Equal(d.StartedAt) || !row.ResolvedAt.Equal(*d.ResolvedAt) {
		t.Errorf("from %v to %v", row.StartedAt, row.ResolvedAt)
	}
	if len(row.Narrative) != len(d.Timeline) || row.Narrative[0].At != "2026-11-23 03:02 UTC" || len(row.FollowUps) != 1 {
		t.Errorf("narrative %v, follow-ups %v", row.Narrative, row.FollowUps)
	}
}

func TestWhatNobodyKnowsYetIsNotImported(t *testing.T) {
	d := night()
	d.Status, d.ResolvedAt, d.Resolution, d.RootCause, d.Decisions, d.Timeline = engine.Open, nil, "", "", nil, nil
	doc := engine.Postmortem(d)
	row, _, err := history.Markdown("x.md", "", []byte(doc))
	if err != nil || row.RootCause != "" || row.Resolution != "" || row.ResolvedAt != nil || len(row.FollowUps) != 0 || len(row.Narrative) != 0 {
		t.Errorf("%v: %+v of\n%s", err, row, doc)
	}
	if !strings.Contains(doc, "<!-- Why did it break? -->") {
		t.Errorf("nothing asks for the cause:\n%s", doc)
	}
}
