package main

import (
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
)

func TestADecisionIsPrintedInAlignedLines(t *testing.T) {
	at := time.Date(2026, 11, 23, 3, 1, 10, 0, time.UTC)
	match, action := "INC-2025-001", "Throttle connections to 30%"
	advised := engine.Decision{
		ID: "dec_01JC", MatchedIncident: &match, Symptom: "Database response time increased 320%", RecommendedAction: &action, ConfidenceScore: 0.95, LatencyMS: 3.2,
		Confidence: engine.Confidence{Word: "strong", Reasons: []string{"same type and size"}, Base: "rule of thumb, no outcomes yet"},
		Fix: &engine.FixRecord{
			Tried: 2, Worked: 1, Cost: "queued requests", Undo: "restore pool", CheckFirst: []string{"pool size here"}, Then: "pool 200 → 60 on checkout",
			Warnings: []string{"the numbers are those of checkout; the size of payments is unknown"},
			Trials:   []engine.Trial{{ID: "INC-2025-001", Outcome: engine.Worked, Took: "18 min"}, {ID: "INC-2025-006", Outcome: engine.Failed, Note: "pool was too small"}},
		},
		Evidence: []engine.Evidence{
			{Kind: engine.KindIncident, ID: "INC-2025-001", Title: "Pool exhausted", Stance: engine.For, Why: []string{"same error type database_timeout", "on checkout"}},
			{Kind: engine.KindRunbook, ID: "RB-pool", Title: "Pools", Stance: engine.For},
			{Kind: engine.KindRunbook, ID: "RB-third", Title: "not shown", Stance: engine.For},
			{Kind: engine.KindDecision, ID: "INC-2026-0012", Stance: engine.Against, Why: []string{"taken back on INC-2026-0012, 3 h ago"}},
			{Kind: engine.KindIncident, ID: "INC-2025-004", Title: "Slow disk\x1b[31m"},
			{Kind: engine.KindIncident, ID: "INC-2025-005", Title: "not shown"},
		},
		Generator: "deterministic", CreatedAt: at,
		Changes: []engine.Change{{Kind: "deploy", Service: "payments", Ref: "4f1c2e", Actor: "ann", At: at.Add(-3 * time.Minute)}},
	}
	storm := engine.Decision{ID: "dec_02JC", Abstained: true, Symptom: "5xx", CreatedAt: at, Generator: "deterministic"}
	for _, s := range []string{"db-primary", "checkout", "cart"} {
		storm.Onset = append(storm.Onset, engine.Onset{Service: s, IncidentID: "INC-2026-0040", At: at})
	}
	for name, c := range map[string]struct {
		d    *engine.Decision
		want string
	}{
		"advice": {&advised, `
Incident Decision: INC-2025-001
Before it    deploy payments 4f1c2e by ann, 3 min before: check it first
Symptom      Database response time increased 320%
Recommended  Throttle connections to 30%
             then: pool 200 → 60 on checkout · cost: queued requests · undo: restore pool · check first: pool size here
Careful      the numbers are those of checkout; the size of payments is unknown
Confidence   95%, same type and size (rule of thumb, no outcomes yet)
This fix     worked 1 of 2: INC-2025-001 in 18 min; INC-2025-006 failed, pool was too small
For it       INC-2025-001  Pool exhausted  [same error type database_timeout; on checkout]
             RB-pool  Pools
Against it   INC-2026-0012  [taken back on INC-2026-0012, 3 h ago]
Also near    INC-2025-004  Slow disk [31m
             3.2 ms · dec_01JC · from history
`},
		"a storm": {&storm, `
Many services at once: db-primary was first
Onset        db-primary 03:01:10, then checkout, cart
Symptom      5xx
             0 ms · dec_02JC
`},
		"nothing near": {&engine.Decision{ID: "dec_03JC", Abstained: true, Symptom: "hm", CreatedAt: at, Confidence: engine.Confidence{
			Reasons: []string{"nothing in the history (2 runbooks) shares a word with it"}, Base: "rule of thumb, no outcomes yet",
		}}, `
No confident match
Symptom      hm
Not known    nothing in the history (2 runbooks) shares a word with it
             0 ms · dec_03JC
`},
	} {
		var out strings.Builder
		if err := printDecision(&out, c.d); err != nil {
			t.Fatal(err)
		}
		if got, want := out.String(), strings.TrimPrefix(c.want, "\n"); got != want {
			t.Errorf("%s is printed as\n%s\nwant\n%s", name, got, want)
		}
	}
}
