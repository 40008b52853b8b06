package engine

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func advised(change func(d *Decision)) Decision {
	match, action := "INC-2025-001", "Throttle connections to 30%"
	d := Decision{ID: "dec_1", MatchedIncident: &match, RecommendedAction: &action, Status: Proposed}
	change(&d)
	return d
}

func approvedBy(who string) func(*Decision) {
	return func(d *Decision) { d.Status, d.Reviews = Approved, []Review{{Verdict: Approve, Actor: who}} }
}

func TestWhatFixedItIsTakenFromTheThread(t *testing.T) {
	note := func(actor, text string) Entry { return Entry{Kind: "note", Actor: actor, Text: text} }
	worked := advised(func(d *Decision) {
		approvedBy("ann")(d)
		action := "Restart the pods"
		d.RecommendedAction, d.Outcome = &action, &Outcome{Outcome: Worked}
	})
	failed := advised(func(d *Decision) {
		approvedBy("ann")(d)
		d.Outcome = &Outcome{Outcome: Failed}
	})
	for name, tt := range map[string]struct {
		d          Detail
		fix, cause string
	}{
		"nothing is said":              {Detail{Decisions: []Decision{advised(func(*Decision) {})}}, "", ""},
		"a note says it":               {Detail{Timeline: []Entry{note("ann", "fix: more pods"), note("bob", "Root cause: a leak")}}, "more pods", "a leak"},
		"the latest note says it":      {Detail{Timeline: []Entry{note("ann", "fixed by a restart"), note("bob", "Fixed by more pods")}}, "more pods", ""},
		"a machine's note says it":     {Detail{Timeline: []Entry{note("", "fix: more pods")}}, "", ""},
		"the advice was approved":      {Detail{Decisions: []Decision{advised(approvedBy("ann"))}}, "Throttle connections to 30%", ""},
		"another one worked":           {Detail{Decisions: []Decision{advised(approvedBy("ann")), worked}}, "Restart the pods", ""},
		"the advice failed":            {Detail{Decisions: []Decision{failed}}, "", ""},
		"a note goes before advice":    {Detail{Timeline: []Entry{note("ann", "fix: more pods")}, Decisions: []Decision{worked}}, "more pods", ""},
		"it is resolved and told":      {Detail{Incident: Incident{Resolution: "done", RootCause: "it"}, Decisions: []Decision{worked}}, "done", "it"},
		"a mark without words is none": {Detail{Timeline: []Entry{note("ann", "fix:")}}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if fix, cause := tt.d.Prefill(); fix != tt.fix || cause != tt.cause {
				t.Errorf("%q because of %q; want %q because of %q", fix, cause, tt.fix, tt.cause)
			}
		})
	}
}

func TestWhatAnIncidentWaitsForIsSaid(t *testing.T) {
	at := time.Now()
	for name, tt := range map[string]struct {
		change func(d *Detail)
		want   string
	}{
		"somebody":             {func(*Detail) {}, "somebody takes it"},
		"a verdict":            {func(d *Detail) { d.Decisions = []Decision{advised(func(*Decision) {})} }, "yes or no: Throttle"},
		"an outcome":           {func(d *Detail) { d.Decisions = []Decision{advised(approvedBy("ann"))} }, "whether it helped"},
		"somebody to close it": {func(d *Detail) { d.Status, d.ClearedAt = Acknowledged, &at }, "close it"},
		"ideas":                {func(d *Detail) { d.Status = Acknowledged }, "find out"},
		"its owner":            {func(d *Detail) { d.Owner = &Person{Name: "bob"} }, "bob acknowledges it"},
		"the cause to go":      {func(d *Detail) { d.Status = Mitigated }, "once the cause is gone"},
		"its end, after what helped": {func(d *Detail) {
			d.Status, d.Decisions = Acknowledged, []Decision{advised(func(d *Decision) {
				approvedBy("ann")(d)
				d.Outcome = &Outcome{Outcome: Worked, Actor: "bob"}
			})}
		}, "worked, says bob: mitigate or resolve it"},
		"its end, where nobody had approved what helped": {func(d *Detail) {
			d.Status, d.Decisions = Acknowledged, []Decision{advised(func(d *Decision) { d.Outcome = &Outcome{Outcome: Worked, Actor: "bob"} })}
		}, "worked, says bob: mitigate or resolve it"},
		"words after it ended alone": {func(d *Detail) { d.Status = Resolved }, "say what fixed it"},
	} {
		t.Run(name, func(t *testing.T) {
			d := Detail{Incident: Incident{Status: Open}}
			tt.change(&d)
			if got := strings.Join(d.Next(), "; "); !strings.Contains(got, tt.want) {
				t.Errorf("next: %q, want %q", got, tt.want)
			}
		})
	}
	d := Detail{Incident: Incident{Status: Resolved, ResolvedBy: "ann"}}
	if got := d.Next(); got != nil {
		t.Errorf("what is over waits for %v", got)
	}
}

func TestTheNextShiftSeesTheWorstFirst(t *testing.T) {
	now := time.Now()
	live := func(id string, s Severity, change func(i *Incident)) Incident {
		i := Incident{ID: id, Status: Open, Severity: s, StartedAt: now.Add(-time.Hour)}
		change(&i)
		return i
	}
	same := func(*Incident) {}
	h := handoff([]Incident{
		live("low", SeverityLow, same),
		live("taken", SeverityCritical, func(i *Incident) { i.Status, i.AcknowledgedBy = Acknowledged, "ann" }),
		live("owned", SeverityCritical, func(i *Incident) { i.Owner, i.StartedAt = &Person{Name: "ann"}, now.Add(-2*time.Hour) }),
		live("worst", SeverityCritical, same),
		live("flaps", SeverityHigh, func(i *Incident) { i.FlappingSince, i.FlappedAt = &now, &now }),
		live("clear", SeverityHigh, func(i *Incident) { i.ClearedAt = &now }),
	}, []Decision{
		advised(func(d *Decision) { approvedBy("ann")(d); d.CreatedAt = now.Add(-time.Hour) }),
		advised(func(d *Decision) { approvedBy("ann")(d); d.CreatedAt = now.Add(-100 * time.Hour) }),
		advised(func(d *Decision) {
			approvedBy("ann")(d)
			d.CreatedAt, d.Reviews[0].At = now.Add(-100*time.Hour), now.Add(-time.Hour)
		}),
		advised(func(d *Decision) { approvedBy("ann")(d); d.Outcome = &Outcome{Outcome: Worked}; d.CreatedAt = now }),
	}, []Silence{
		{Match: []Matcher{{Name: "service", Value: "cart"}}, By: "bob", Until: now.Add(2 * time.Hour)},
		{Match: []Matcher{{Name: "service", Value: "checkout"}}, By: "ann", Until: now.Add(time.Hour)},
	}, now)
	ids := func(list []Incident) (ids []string) {
		for _, i := range list {
			ids = append(ids, i.ID)
		}
		return ids
	}
	if got := ids(h.Open); !slices.Equal(got, []string{"worst", "owned", "taken", "low"}) {
		t.Errorf("open: %v", got)
	}
	if len(h.Flapping) != 1 || len(h.Clear) != 1 || len(h.Unanswered) != 2 {
		t.Errorf("%d flap, %d are clear, %d outcomes are missing; want one, one, and the two that were approved of late", len(h.Flapping), len(h.Clear), len(h.Unanswered))
	}
	if e := h.Expiring; len(e) != 2 || e[0].By != "ann" || !strings.Contains(e[0].Name, "checkout") {
		t.Errorf("what ends: %+v; want what ends first at the top", h.Expiring)
	}
}

func TestADraftCountsInWordsAndKnowsWhoAcknowledgedFirst(t *testing.T) {
	at := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	d := Detail{
		Incident: Incident{ID: "INC-2026-0001", Title: "x", Status: Open, Series: 1, StartedAt: at},
		Alerts:   []Alert{{Title: "x", Source: "alertmanager", StartedAt: at, ReceivedAt: at}},
		Timeline: []Entry{
			{Kind: "acknowledged", Actor: "ann", At: at.Add(4 * time.Minute)},
			{Kind: "resolved", Actor: "ann", At: at.Add(9 * time.Minute)},
			{Kind: "reopened", Actor: "bob", At: at.Add(12 * time.Minute)},
		},
	}
	draft := Postmortem(&d)
	for _, want := range []string{"; 1 alert;", "Acknowledged by ann after 4 min."} {
		if !strings.Contains(draft, want) {
			t.Errorf("the draft lacks %q:\n%s", want, draft)
		}
	}
}

func TestAnAlertsTitleMakesNoHeadingInADraft(t *testing.T) {
	at := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	for title, want := range map[string]string{
		"# of errors above 10":  "\n\\# of errors above 10 from generic at ",
		"```":                   "\n\\``` from generic at ",
		"p99 <!-- of checkout ": "\np99 \\<!-- of checkout from generic at ",
	} {
		draft := Postmortem(&Detail{
			Incident: Incident{ID: "INC-2026-0001", Title: title, Status: Open, StartedAt: at},
			Alerts:   []Alert{{Title: title, Source: "generic", StartedAt: at, ReceivedAt: at}},
		})
		if !strings.Contains(draft, "## Detection\n"+want) {
			t.Errorf("the draft lacks %q:\n%s", want, draft)
		}
	}
}
