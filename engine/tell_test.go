package engine

import (
	"testing"
	"time"
)

func TestTheRecordOfAFixNamesItsTrials(t *testing.T) {
	tests := []struct {
		in   *FixRecord
		want string
	}{
		{nil, ""},
		{&FixRecord{Cost: "queued requests"}, ""},
		{&FixRecord{Tried: 2, Worked: 1, Took: "18 min"}, "worked 1 of 2, in 18 min"},
		{&FixRecord{Tried: 2, Worked: 1, Trials: []Trial{{ID: "INC-2025-001", Outcome: Worked, Took: "18 min"}, {ID: "INC-2025-006", Outcome: Failed, Note: "pool was too small"}}}, "worked 1 of 2: INC-2025-001 in 18 min; INC-2025-006 failed, pool was too small"},
		{&FixRecord{Tried: 9, Worked: 3, Trials: []Trial{{ID: "a", Outcome: Worked}, {ID: "b", Outcome: Reverted, Took: "1 h"}}}, "worked 3 of 9: a worked; b taken back; 7 more"},
	}
	for _, tt := range tests {
		if got := tt.in.Record(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestTheOrderOfOnsetBeginsWithItsTime(t *testing.T) {
	at := time.Date(2026, 11, 23, 3, 1, 10, 0, time.UTC)
	var d Decision
	if got := d.Spread(); got != "" {
		t.Errorf("of nothing %q", got)
	}
	for _, s := range []string{"db", "a", "b", "c", "d", "e", "f", "g", "h", "i"} {
		d.Onset = append(d.Onset, Onset{Service: s, At: at})
	}
	if got, want := d.Spread(), "db 03:01:10, then a, b, c, d, e, f, g and 2 more"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestADecisionSaysWhatItFollows(t *testing.T) {
	match := "INC-2025-006"
	var d Decision
	for want, before := range map[string]*Decision{
		"":                            nil,
		"in place of no match before": {},
		"in place of the advice from INC-2025-006":             {MatchedIncident: &match, Outcome: &Outcome{Outcome: Worked}},
		"next candidate after INC-2025-006: it was taken back": {MatchedIncident: &match, Outcome: &Outcome{Outcome: Reverted}},
		"next candidate after INC-2025-006, rejected by ann":   {MatchedIncident: &match, Reviews: []Review{{Verdict: Reject, Actor: "ann"}}},
	} {
		if got := d.Following(before); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
