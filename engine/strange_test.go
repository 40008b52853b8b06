package engine_test

import (
	"strings"
	"testing"

	"ragoffire/engine"
)

func TestStrangeHistoriesAndQuestionsAreAnswered(t *testing.T) {
	huge := "The broker stopped taking messages. " + strings.Repeat("Look at the partitions, then at the consumers; "+strings.Repeat("x", 40)+" is noise. ", 12_000)
	tests := []struct {
		name     string
		history  []engine.Incident
		runbooks []engine.Runbook
		q        engine.Question
		match    string // "" for none
	}{
		{name: "an empty store", q: engine.Question{Text: "checkout is down"}},
		{name: "one item that fits", history: history()[:1], q: engine.Question{ErrorType: "queue_backlog", Spike: ptr(200)}, match: "PM-1"},
		{name: "one item that does not", history: history()[:1], q: engine.Question{Text: "the printer on the third floor is jammed"}},
		{
			name:     "a runbook of a megabyte",
			runbooks: []engine.Runbook{{ID: "RB-1", Title: "Broker stopped", Alerts: []string{"BrokerStopped"}, Text: huge, Mitigation: "Restart the broker"}},
			q:        engine.Question{Text: "BrokerStopped", Labels: map[string]string{"alertname": "BrokerStopped"}}, match: "RB-1",
		},
		{
			name:    "Chinese",
			history: []engine.Incident{past("PM-1", "支付超时", "支付", 300, "重启支付服务"), past("PM-2", "磁盘已满", "存储", 90, "清理日志")},
			q:       engine.Question{ErrorType: "支付超时", Spike: ptr(300)}, match: "PM-1",
		},
		{
			name:    "Russian",
			history: []engine.Incident{past("PM-1", "таймаут_базы", "касса", 300, "Ограничить соединения")},
			q:       engine.Question{ErrorType: "таймаут_базы", Spike: ptr(300)}, match: "PM-1",
		},
		{name: "Arabic without a history in it", history: history(), q: engine.Question{Text: "قاعدة البيانات بطيئة جدا"}},
		{name: "only signs", history: history(), q: engine.Question{Text: "!!! ??? ---"}},
		{name: "NUL and broken UTF-8", history: history(), q: engine.Question{Text: "queue\x00 backlog \xff\xfe", ErrorType: "queue_backlog", Spike: ptr(200)}, match: "PM-1"},
		{name: "a megabyte of question", history: history(), q: engine.Question{Text: strings.Repeat("all is well ", 90_000)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			if err := r.AddHistory(t.Context(), tt.history, tt.runbooks); err != nil {
				t.Fatal(err)
			}
			d, err := r.Analyze(t.Context(), tt.q)
			if err != nil {
				t.Fatal(err)
			}
			if d.Match() != tt.match || d.Abstained != (tt.match == "") || len(d.Confidence.Reasons) == 0 || d.Confidence.Base == "" {
				t.Errorf("%q with %v, abstained %v, %+v; want %q", d.Match(), d.ConfidenceScore, d.Abstained, d.Confidence, tt.match)
			}
			if again, err := r.Decision(t.Context(), d.ID); err != nil || again.Match() != d.Match() {
				t.Errorf("stored as %q, %v", again.Match(), err)
			}
			if _, err := r.Search(t.Context(), engine.SearchQuery{Text: tt.q.Text + " " + tt.q.ErrorType}); err != nil {
				t.Errorf("search: %v", err)
			}
		})
	}
}

func TestAnAnswerDoesNotDenyTheHistory(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct {
		history []engine.Incident
		want    string
	}{
		{nil, "there is no history to compare with"},
		{history(), "nothing in the history (3 past incidents) shares a word with it"},
	} {
		r.learnt(c.history...)
		d, err := r.Analyze(t.Context(), engine.Question{Text: "??? !!!"})
		if err != nil || len(d.Evidence) > 0 || len(d.Confidence.Reasons) != 1 || d.Confidence.Reasons[0] != c.want {
			t.Errorf("%d incidents: %+v, %v; want %q", len(c.history), d.Confidence, err, c.want)
		}
	}
}

func TestWhatIsNearWithoutAWordInCommonHasAnEmptyWhy(t *testing.T) {
	r := newRig(t)
	r.learnt(history()...)
	d := r.ask(engine.Question{Text: "mailings delayed"})
	for _, e := range d.Evidence {
		if e.Why == nil {
			t.Errorf("%s has no list of reasons; JSON shows null", e.ID)
		}
	}
	if len(d.Evidence) == 0 {
		t.Error("nothing is near")
	}
}
