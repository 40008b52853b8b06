package bot_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"ragoffire/bot"
	"ragoffire/bot/slackfake"
	"ragoffire/engine"
)

// drawn stands for a picture: what is drawn is engine/chart's affair.
func drawn(c *engine.Chart) ([]byte, error) { return []byte("\x89PNG\r\n\x00\xff" + c.Title), nil }

// metered is a rig whose monitoring answers every query alike.
func metered(t *testing.T, adjust func(*setup)) *rig {
	t.Helper()
	s := setup{bot: bot.Config{Chart: drawn}, engine: engine.Config{Meter: engine.Meter{
		Charts: true,
		Range: func(_ context.Context, _ string, from, to time.Time, _ time.Duration) ([]engine.Series, error) {
			var list []engine.Sample
			for at := from; !at.After(to); at = at.Add(time.Minute) {
				list = append(list, engine.Sample{At: at, Value: 0.4})
			}
			return []engine.Series{{Samples: append(list, engine.Sample{At: to, Value: 1.9})}}, nil
		},
		Query: func(link string) (string, bool) { return strings.CutPrefix(link, "http://prometheus/") },
	}}}
	if adjust != nil {
		adjust(&s)
	}
	return newRig(t, s)
}

// slow sends an alert that can be measured and returns its incident's id.
func (r *rig) slow(name string) string {
	r.t.Helper()
	rec, err := r.engine.Ingest(r.t.Context(), engine.Delivery{Source: "alertmanager", Alerts: []engine.Alert{{
		Fingerprint: name, Severity: engine.SeverityHigh, Name: name, Title: name, Unit: "s", StartedAt: time.Now(),
		Links: []engine.Link{{Rel: "source", URL: "http://prometheus/latency"}},
	}}})
	if err != nil {
		r.t.Fatal(err)
	}
	return rec.Alerts[0].IncidentID
}

// chartSettled waits until nothing more is wanted of an incident's chart.
func (r *rig) chartSettled(id string) engine.Post {
	r.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) { // the store cannot be waited for
		var p engine.Post
		err := r.store.View(context.Background(), func(in engine.Reader) (err error) {
			p, err = in.Post(context.Background(), engine.ChartKeyOf(id))
			return err
		})
		if err == nil && (p.Dead || p.Sent >= p.Wanted) {
			return p
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("the chart of %s: %+v, %v", id, p, err)
		}
	}
}

func TestAMeasureIsShownInTheThreadWithItsChart(t *testing.T) {
	r := metered(t, nil)
	id := r.slow("LatencyHigh")
	head := r.headOf(id, "1.9 s", "+375%")
	r.posted("LatencyHigh", "1.9 s · usual 0.4 s · +375%")
	r.chartSettled(id)
	files := r.slack.Snapshot().Files()
	if len(files) != 1 {
		t.Fatalf("%d files: %+v", len(files), files)
	}
	f := files[0]
	if !f.Shared || f.Name != id+"-measure.png" || f.Title != "LatencyHigh" || !bytes.HasPrefix(f.Content, []byte("\x89PNG\r\n\x00\xff")) {
		t.Errorf("the file: %+v", f)
	}
	if !contains(f.Alt, "LatencyHigh", "now 1.9 s", "usually 0.4 s") {
		t.Errorf("it is told as %q", f.Alt)
	}
	if m := r.slack.Snapshot().Message(channel, f.TS); m == nil || m.ThreadTS != head.TS {
		t.Error("it is not in the thread")
	}
}

func TestAChartIsShownOnceWhateverHappens(t *testing.T) {
	for name, fault := range map[string]slackfake.Fault{
		"the answer to the sharing is lost":   {Method: "files.completeUploadExternal", DropAfter: true},
		"the sharing does not arrive":         {Method: "files.completeUploadExternal", DropBefore: true},
		"the answer to the asking is lost":    {Method: "files.getUploadURLExternal", DropAfter: true},
		"Slack is in trouble":                 {Method: "files.completeUploadExternal", Status: 503},
		"Slack wants us to wait with sharing": {Method: "files.completeUploadExternal", Status: 429, RetryAfter: time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := metered(t, nil)
			r.slack.Inject(fault)
			id := r.slow("LatencyHigh")
			if p := r.chartSettled(id); p.Dead {
				t.Errorf("it is given up: %s", p.LastError)
			}
			shared := 0
			for _, f := range r.slack.Snapshot().Files() {
				if f.Shared {
					shared++
				}
			}
			if shared != 1 {
				t.Errorf("%d charts are in the thread", shared)
			}
		})
	}
}

func TestAChartThatCannotBeHadHoldsNothingUp(t *testing.T) {
	for name, c := range map[string]struct {
		adjust func(*setup)
		fault  *slackfake.Fault
		logged int
	}{
		"the scope is missing":   {nil, &slackfake.Fault{Method: "files.getUploadURLExternal", Error: "missing_scope", Times: -1}, 1},
		"sharing is refused":     {nil, &slackfake.Fault{Method: "files.completeUploadExternal", Error: "posting_to_channel_denied", Times: -1}, 1},
		"nothing draws":          {func(s *setup) { s.bot.Chart = nil }, nil, 0},
		"it cannot be drawn":     {func(s *setup) { s.bot.Chart = func(*engine.Chart) ([]byte, error) { return nil, errors.New("no ink") } }, nil, 0},
		"files are switched off": {nil, &slackfake.Fault{Method: "files.getUploadURLExternal", Error: "file_uploads_disabled", Times: -1}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log, out := capture()
			r := metered(t, func(s *setup) {
				s.log, s.engine.NoServiceGroups = log, true
				if c.adjust != nil {
					c.adjust(s)
				}
			})
			if c.fault != nil {
				r.slack.Inject(*c.fault)
			}
			for _, alert := range []string{"LatencyHigh", "LatencyHigher"} {
				id := r.slow(alert)
				r.headOf(id, "+375%")
				r.posted(alert, "usual 0.4 s")
				if p := r.chartSettled(id); !p.Dead {
					t.Error("it stands")
				}
			}
			r.settled()
			if n := out.count("slack does not take charts"); n != c.logged {
				t.Errorf("it is logged %d times, want %d", n, c.logged)
			}
		})
	}
}
