package silencer_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/engine/silencer"
)

func silence() engine.Silence {
	return engine.Silence{
		ID: "sil_1", By: "alice", For: time.Hour, Until: time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC),
		Match: []engine.Matcher{{Name: "alertname", Value: "Slow"}, {Name: "pod", Value: "a|b", Regex: true}},
	}
}

// TestASilenceIsMadeOnceAndEnded runs against a server that answers as version 2 of
// the API does; the real one is in cmd/rof's tests.
func TestASilenceIsMadeOnceAndEnded(t *testing.T) {
	var have []map[string]any
	mux := http.NewServeMux()
	mux.HandleFunc("GET /am/api/v2/silences", func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(have) })
	mux.HandleFunc("POST /am/api/v2/silences", func(w http.ResponseWriter, r *http.Request) {
		var s map[string]any
		if err := json.NewDecoder(r.Body).Decode(&s); err != nil || r.Header.Get("Authorization") != "Bearer t0ken" {
			t.Errorf("%v, %v", err, r.Header)
		}
		s["id"], s["status"] = "7f9c", map[string]string{"state": "active"}
		have = append(have, s)
		_, _ = w.Write([]byte(`{"silenceID":"7f9c"}`))
	})
	mux.HandleFunc("DELETE /am/api/v2/silence/{id}", func(w http.ResponseWriter, r *http.Request) {
		for _, s := range have {
			if s["id"] == r.PathValue("id") {
				s["status"] = map[string]string{"state": "expired"}
			}
		}
		switch r.PathValue("id") {
		case "over":
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = w.Write([]byte(`"silence over already expired"`))
		case "gone":
			w.WriteHeader(http.StatusNotFound)
		case "broken":
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	srv := httptest.NewServer(mux)
	defer srv.Close()
	c, err := silencer.New(silencer.Config{URL: srv.URL + "/am/", Token: "t0ken"})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time finds what the first has made
		if id, err := c.Make(t.Context(), silence(), "deploy (sil_1 by rof)"); err != nil || id != "7f9c" {
			t.Fatalf("%s, %v", id, err)
		}
	}
	if len(have) != 1 {
		t.Fatalf("%d silences", len(have))
	}
	got, err := json.Marshal(have[0])
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"comment":"deploy (sil_1 by rof)","createdBy":"alice","endsAt":"2026-11-23T04:00:00Z","id":"7f9c","matchers":[` +
		`{"isEqual":true,"isRegex":false,"name":"alertname","value":"Slow"},{"isEqual":true,"isRegex":true,"name":"pod","value":"a|b"}],` +
		`"startsAt":"2026-11-23T03:00:00Z","status":{"state":"active"}}`
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	have[0]["status"] = map[string]string{"state": "expired"}
	if _, err := c.Make(t.Context(), silence(), "deploy (sil_1 by rof)"); err != nil || len(have) != 2 {
		t.Errorf("an expired one counts: %d, %v", len(have), err)
	}
	for id, ok := range map[string]bool{"7f9c": true, "over": true, "gone": true, "broken": false} {
		if err := c.End(t.Context(), id, "deploy (sil_1 by rof)"); (err == nil) != ok {
			t.Errorf("end of %s: %v", id, err)
		}
	}
	// Two tries at once have made two, and another's is not ours.
	have = nil
	for id, comment := range map[string]string{"one": "deploy (sil_2 by rof)", "two": "deploy (sil_2 by rof)", "other": "deploy (sil_3 by rof)"} {
		have = append(have, map[string]any{"id": id, "comment": comment, "status": map[string]string{"state": "active"}})
	}
	if err := c.End(t.Context(), "one", "deploy (sil_2 by rof)"); err != nil {
		t.Fatal(err)
	}
	for _, s := range have {
		if over := s["status"].(map[string]string)["state"] == "expired"; over != (s["id"] != "other") {
			t.Errorf("%s has ended: %t", s["id"], over)
		}
	}
}

func TestAnAddressStaysOutOfErrors(t *testing.T) {
	c, err := silencer.New(silencer.Config{URL: "http://rof:s3cret@127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Make(t.Context(), silence(), "x"); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("%v", err)
	}
	for _, bad := range []string{"", "alertmanager:9093", "ftp://x", "/am"} {
		if _, err := silencer.New(silencer.Config{URL: bad}); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
