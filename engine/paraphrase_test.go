package engine_test

import (
	"path/filepath"
	"slices"
	"testing"

	"ragoffire/engine"
)

// row is one of the invented past of testdata/eval: an incident or a runbook.
type row struct {
	Kind       string   `json:"kind"`
	ID         string   `json:"id"`
	Title      string   `json:"title"`
	ErrorType  string   `json:"error_type"`
	Service    string   `json:"service"`
	Spike      *float64 `json:"spike_percentage"`
	Symptom    string   `json:"symptom"`
	RootCause  string   `json:"root_cause"`
	Resolution string   `json:"resolution"`
	Alerts     []string `json:"alerts"`
	Text       string   `json:"text"`
	Mitigation string   `json:"mitigation"`
}

// TestWhatPeopleWriteFindsWhatHappened asks a past that we have invented in the
// words of chat, and asks it about what it doesn't hold. Unlike the public set,
// this one comes along.
func TestWhatPeopleWriteFindsWhatHappened(t *testing.T) {
	r := newRig(t)
	var incidents []engine.Incident
	var runbooks []engine.Runbook
	for _, x := range rows[row](t, filepath.Join("testdata", "eval", "history.jsonl")) {
		if x.Kind == engine.KindRunbook {
			runbooks = append(runbooks, engine.Runbook{ID: x.ID, Title: x.Title, Alerts: x.Alerts, Service: x.Service, Text: x.Text, Mitigation: x.Mitigation})
			continue
		}
		i := past(x.ID, x.ErrorType, x.Service, 0, x.Resolution)
		i.Spike, i.Title, i.Symptom, i.RootCause = x.Spike, x.Title, x.Symptom, x.RootCause
		incidents = append(incidents, i)
	}
	if err := r.AddHistory(t.Context(), incidents, runbooks); err != nil {
		t.Fatal(err)
	}
	asked, found := map[string]float64{}, map[string]float64{}
	for _, q := range rows[publicQuestion](t, filepath.Join("testdata", "eval", "questions.jsonl")) {
		asked[q.Kind]++
		d, err := r.Answer(t.Context(), engine.Question{Text: q.Text})
		if err != nil {
			t.Fatal(err)
		}
		if len(q.Gold) == 0 {
			if !d.Abstained {
				found[q.Kind]++
				t.Logf("%s: confident of %s (%.2f): %s", q.Kind, d.Match(), d.ConfidenceScore, q.Text)
			}
			continue
		}
		hits, err := r.Search(t.Context(), engine.SearchQuery{Text: q.Text, K: 3})
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(hits, func(h engine.SearchResult) bool { return slices.Contains(q.Gold, h.ID) }) {
			found["among three"]++
		} else {
			t.Logf("not among three: %s", q.Text)
		}
		switch {
		case d.Abstained:
			found["silent"]++
			t.Logf("silent (%.2f): %s", d.ConfidenceScore, q.Text)
		case slices.Contains(q.Gold, d.Match()):
			found["right"]++
		default:
			found["wrong"]++
			t.Logf("wrong, %s (%.2f): %s", d.Match(), d.ConfidenceScore, q.Text)
		}
	}
	bars := []struct {
		what        string
		of          string
		least, most float64
	}{
		{"among three", "paraphrase", .93, 1},
		{"right", "paraphrase", .60, 1},
		{"wrong", "paraphrase", 0, .05},
		{"scope", "scope", 0, .05},
		{"near", "near", 0, .10},
	}
	for _, b := range bars {
		share := found[b.what] / asked[b.of]
		t.Logf("%s: %.3f of %v", b.what, share, asked[b.of])
		if share < b.least || share > b.most {
			t.Errorf("%s: %.3f of %v, want %v to %v", b.what, share, asked[b.of], b.least, b.most)
		}
	}
}
