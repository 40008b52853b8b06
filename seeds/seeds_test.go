package seeds

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"path"
	"slices"
	"strings"
	"testing"

	"ragoffire/engine"
)

func load(t *testing.T) ([]engine.Incident, []engine.Runbook) {
	t.Helper()
	incidents, runbooks, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return incidents, runbooks
}

func TestTheTenIncidentsAreClosedHistory(t *testing.T) {
	incidents, _ := load(t)
	if len(incidents) != 10 {
		t.Fatalf("got %d incidents, want 10", len(incidents))
	}
	for i, in := range incidents {
		if want := fmt.Sprintf("INC-2025-%03d", i+1); in.ID != want {
			t.Errorf("incident %d has id %s, want %s", i, in.ID, want)
		}
		if !in.Seed || !in.Historical || in.Status != engine.Resolved || in.Reason != engine.ReasonFixed {
			t.Errorf("%s: seed %v, historical %v, status %q, reason %q", in.ID, in.Seed, in.Historical, in.Status, in.Reason)
		}
		if !in.Fix() || in.Live() {
			t.Errorf("%s: Fix %v, Live %v; want an incident that teaches a fix", in.ID, in.Fix(), in.Live())
		}
	}
}

func TestTheFirstThreeAreTheOnesThatUsersKnow(t *testing.T) {
	incidents, _ := load(t)
	for i, want := range []struct {
		errorType  string
		spike      float64
		symptom    string
		resolution string
	}{
		{"database_timeout", 450, "Database response time increased 450%", "Throttle connections to 30%"},
		{"kafka_consumer_lag", 320, "Kafka consumer lag increased 320%", "Throttle consumers to 45%"},
		{"memory_leak", 280, "Memory usage increased 280%", "Throttle traffic to 20%"},
	} {
		in := incidents[i]
		if in.ErrorType != want.errorType || *in.Spike != want.spike || in.Symptom != want.symptom || in.Resolution != want.resolution {
			t.Errorf("%s: got %s %v, %q, %q; want %+v", in.ID, in.ErrorType, *in.Spike, in.Symptom, in.Resolution, want)
		}
	}
	if incidents[0].Service != "checkout" {
		t.Errorf("%s is of %s, want checkout", incidents[0].ID, incidents[0].Service)
	}
}

func TestSpikesFollowFromTheLeadMetric(t *testing.T) {
	incidents, _ := load(t)
	for _, in := range incidents {
		if in.Spike == nil || len(in.Metrics) == 0 {
			t.Errorf("%s: no spike or no metric", in.ID)
			continue
		}
		lead := in.Metrics[0]
		if got := (lead.Peak - lead.Baseline) / lead.Baseline * 100; math.Abs(got-*in.Spike) > 1e-6 {
			t.Errorf("%s: %s from %v to %v is +%v%%, the file says %v%%", in.ID, lead.Name, lead.Baseline, lead.Peak, got, *in.Spike)
		}
		if !strings.HasSuffix(in.Symptom, fmt.Sprintf(" increased %g%%", *in.Spike)) || strings.Contains(in.Symptom, "\n") {
			t.Errorf("%s: symptom %q does not end in its spike of %g%%", in.ID, in.Symptom, *in.Spike)
		}
	}
}

func TestEveryFieldIsFilled(t *testing.T) {
	incidents, runbooks := load(t)
	for _, in := range incidents {
		for _, f := range []struct {
			name  string
			empty bool
		}{
			{"title", in.Title == ""},
			{"severity", in.Severity.Rank() == 0 || in.Severity == engine.SeverityUnknown},
			{"service", in.Service == ""},
			{"environment", in.Environment == ""},
			{"error_type", in.ErrorType == ""},
			{"labels", in.Labels["team"] == "" || in.Labels["alertname"] == ""},
			{"root_cause", in.RootCause == ""},
			{"resolution", in.Resolution == "" || strings.HasSuffix(in.Resolution, ".") || len(in.Resolution) > 60},
			{"text", len(strings.Fields(in.Text)) < 120},
			{"metrics", len(in.Metrics) < 2 || slices.ContainsFunc(in.Metrics, func(m engine.Metric) bool { return m.Name == "" || m.Unit == "" })},
			{"narrative", len(in.Narrative) < 5 || slices.ContainsFunc(in.Narrative, func(m engine.Moment) bool { return m.At == "" || m.Text == "" })},
			{"tried", len(in.Tried) < 2 || slices.ContainsFunc(in.Tried, func(a engine.Attempt) bool { return a.Action == "" || a.Note == "" })},
			{"cost", in.Cost == ""},
			{"undo", in.Undo == ""},
			{"check_first", len(in.CheckFirst) == 0 || slices.Contains(in.CheckFirst, "")},
			{"follow_ups", len(in.FollowUps) == 0 || slices.Contains(in.FollowUps, "")},
			{"started_at", in.StartedAt.Year() != 2025},
			{"mitigated_at", in.MitigatedAt == nil},
			{"resolved_at", in.ResolvedAt == nil || in.ResolvedAt.Year() != 2025},
			{"updated_at", in.UpdatedAt.IsZero()},
		} {
			if f.empty {
				t.Errorf("%s: %s is missing or not in form", in.ID, f.name)
			}
		}
	}
	for _, rb := range runbooks {
		if !rb.Seed || rb.Title == "" || len(rb.Alerts) == 0 || rb.Mitigation == "" || rb.UpdatedAt.IsZero() {
			t.Errorf("%s: a field is missing: %+v", rb.ID, rb)
		}
	}
}

func TestTheStoryOfEachIncidentAgreesWithItself(t *testing.T) {
	incidents, _ := load(t)
	for _, in := range incidents {
		var worked []string
		for _, a := range in.Tried {
			switch a.Outcome {
			case "worked":
				worked = append(worked, a.Action)
			case "failed", "reverted":
			default:
				t.Errorf("%s: outcome %q of %q", in.ID, a.Outcome, a.Action)
			}
		}
		if !slices.Equal(worked, []string{in.Resolution}) {
			t.Errorf("%s: worked: %q, resolution: %q", in.ID, worked, in.Resolution)
		}
		if got := fmt.Sprintf("%.0f min", in.MitigatedAt.Sub(in.StartedAt).Minutes()); got != in.TimeToMitigate {
			t.Errorf("%s: mitigated after %s, the file says %s", in.ID, got, in.TimeToMitigate)
		}
		if in.ResolvedAt.Before(*in.MitigatedAt) {
			t.Errorf("%s: resolved before it was mitigated", in.ID)
		}
		for _, at := range []string{in.StartedAt.Format("15:04"), in.MitigatedAt.Format("15:04"), in.ResolvedAt.Format("15:04")} {
			if !slices.ContainsFunc(in.Narrative, func(m engine.Moment) bool { return m.At == at }) {
				t.Errorf("%s: nothing in the narrative at %s", in.ID, at)
			}
		}
	}
}

// Each kind, service and team is there once, and no six words in a row stand in
// two incidents: what they share can't tell them apart.
func TestTheIncidentsDiffer(t *testing.T) {
	incidents, _ := load(t)
	seen := map[string]string{}
	once := func(id, what string) {
		if other, ok := seen[what]; ok && other != id {
			t.Errorf("%s and %s share %q", other, id, what)
		}
		seen[what] = id
	}
	for _, in := range incidents {
		once(in.ID, "type "+in.ErrorType)
		once(in.ID, "service "+in.Service)
		once(in.ID, "team "+in.Labels["team"])
		once(in.ID, fmt.Sprint("spike ", *in.Spike))
		words := strings.Fields(strings.ToLower(in.RootCause + " " + in.Text))
		for i := range len(words) - 5 {
			once(in.ID, strings.Join(words[i:i+6], " "))
		}
	}
}

func TestEachTypeHasItsRunbook(t *testing.T) {
	incidents, runbooks := load(t)
	byType := map[string]engine.Runbook{}
	for _, rb := range runbooks {
		byType[rb.ErrorType] = rb
		if want := "RB-" + strings.ReplaceAll(rb.ErrorType, "_", "-"); rb.ID != want {
			t.Errorf("runbook of %s has id %s, want %s", rb.ErrorType, rb.ID, want)
		}
		if rb.Service != "" || strings.Contains(rb.Mitigation, "\n") {
			t.Errorf("%s: bound to service %q, mitigation %q; want none and one line", rb.ID, rb.Service, rb.Mitigation)
		}
		if n := len(strings.Fields(rb.Text)); n < 60 || n > 150 {
			t.Errorf("%s: %d words, want 60 to 150", rb.ID, n)
		}
		var headings []string
		for line := range strings.Lines(rb.Text) {
			if h, ok := strings.CutPrefix(line, "## "); ok {
				headings = append(headings, strings.TrimSpace(h))
			}
		}
		if want := []string{"Meaning", "Impact", "Diagnosis", "Mitigation"}; !slices.Equal(headings, want) {
			t.Errorf("%s: headings %q, want %q", rb.ID, headings, want)
		}
	}
	if len(runbooks) != len(incidents) {
		t.Errorf("%d runbooks for %d incidents", len(runbooks), len(incidents))
	}
	for _, in := range incidents {
		rb, ok := byType[in.ErrorType]
		if !ok {
			t.Errorf("%s: no runbook for %s", in.ID, in.ErrorType)
		} else if !slices.Contains(rb.Alerts, in.Labels["alertname"]) {
			t.Errorf("%s: %s is not for its alert %s", in.ID, rb.ID, in.Labels["alertname"])
		}
	}
}

func TestTheFilesHaveNoUnknownFields(t *testing.T) {
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		var into any = new(engine.Incident)
		if path.Dir(name) == "runbooks" {
			into = new(engine.Runbook)
		}
		strict := json.NewDecoder(bytes.NewReader(data))
		strict.DisallowUnknownFields()
		if err := strict.Decode(into); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var id struct{ ID string }
		if err := json.Unmarshal(data, &id); err != nil || id.ID+".json" != path.Base(name) {
			t.Errorf("%s holds id %q (%v)", name, id.ID, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
