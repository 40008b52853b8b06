package engine_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"ragoffire/engine"
	"ragoffire/engine/llm"
)

// answers is an embedding endpoint that answers as it is told to.
type answers struct {
	now atomic.Pointer[func(texts int) string]
}

func (a *answers) say(f func(texts int) string) { a.now.Store(&f) }

func (a *answers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Input []string `json:"input"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte((*a.now.Load())(len(body.Input))))
}

// vectors answers with the same vector for every text but the first so many.
func vectors(vector string, short int) func(int) string {
	return func(texts int) string {
		var data []string
		for n := range texts - short {
			data = append(data, fmt.Sprintf(`{"object":"embedding","index":%d,"embedding":%s}`, n, vector))
		}
		return `{"object":"list","data":[` + strings.Join(data, ",") + `]}`
	}
}

func TestAnEndpointThatAnswersNonsenseCostsOnlyItsLeg(t *testing.T) {
	sound := vectors(`[0.5,0.5,0.5]`, 0)
	for name, answer := range map[string]func(int) string{
		"another dimension": vectors(`[1,2]`, 0),
		"no number":         vectors(`[NaN,1,1]`, 0),
		"too large":         vectors(`[1e39,1,1]`, 0),
		"zeros":             vectors(`[0,0,0]`, 0),
		"empty vectors":     vectors(`[]`, 0),
		"too few":           vectors(`[1,1,1]`, 1),
		"HTML":              func(int) string { return "<!doctype html><title>502 Bad Gateway</title>" },
		"nothing":           func(int) string { return "" },
		"half an answer":    func(int) string { return `{"object":"list","data":[{"object":"emb` },
	} {
		t.Run(name, func(t *testing.T) {
			endpoint := &answers{}
			srv := httptest.NewServer(endpoint)
			defer srv.Close()
			var log bytes.Buffer
			var cfg engine.Config
			r := newRig(t, func(c *engine.Config) {
				c.Embedder = llm.NewEmbedder(llm.Config{BaseURL: srv.URL, Model: "m1"})
				c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))
				cfg = *c
			})
			endpoint.say(sound)
			r.learnt(history()[:1]...)
			endpoint.say(answer)
			r.learnt(history()[1:]...)
			if log.Len() == 0 {
				t.Error("history without vectors, and no word of it")
			}
			log.Reset()
			q := engine.Question{ErrorType: "queue_backlog", Spike: ptr(200)}
			d, err := r.Analyze(t.Context(), q)
			if err != nil || d.Match() != "PM-1" {
				t.Errorf("the decision is %s, %v", d.Match(), err)
			}
			if got := strings.Count(log.String(), "\n"); got != 1 {
				t.Errorf("%d warnings for one question:\n%s", got, log.String())
			}
			endpoint.say(sound)
			log.Reset()
			again, err := engine.New(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			if d, err := again.Analyze(t.Context(), q); err != nil || d.Match() != "PM-1" || log.Len() > 0 {
				t.Errorf("when the endpoint is back: %s, %v\n%s", d.Match(), err, log.String())
			}
		})
	}
}
