package llm_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"ragoffire/engine/llm"
)

func endpoint(t *testing.T, answer func(texts []string) any) *llm.Embedder {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Input []string `json:"input"`
			Model string   `json:"model"`
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.Model != "m1" || r.URL.Path != "/v1/embeddings" {
			http.Error(w, "bad request", http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if s, ok := answer(body.Input).(string); ok {
			_, _ = w.Write([]byte(s))
			return
		}
		_ = json.NewEncoder(w).Encode(answer(body.Input))
	}))
	t.Cleanup(srv.Close)
	return llm.NewEmbedder(llm.Config{Key: "k", BaseURL: srv.URL + "/v1", Model: "m1"})
}

func TestEmbedReturnsOneVectorPerTextInOrder(t *testing.T) {
	e := endpoint(t, func(texts []string) any {
		var data []map[string]any
		for n := range texts {
			data = append([]map[string]any{{"index": n, "embedding": []float32{float32(len(texts[n])), 1}}}, data...)
		}
		return map[string]any{"data": data}
	})
	texts := make([]string, 150)
	for n := range texts {
		texts[n] = strings.Repeat("x", n+1)
	}
	got, err := e.Embed(t.Context(), texts)
	if err != nil || len(got) != len(texts) {
		t.Fatalf("Embed = %d vectors, %v; want %d", len(got), err, len(texts))
	}
	for n, v := range got {
		if !slices.Equal(v, []float32{float32(n + 1), 1}) {
			t.Fatalf("vector %d = %v", n, v)
		}
	}
}

func TestEmbedRefusesWhatIsNotOneVectorPerText(t *testing.T) {
	for name, answer := range map[string]string{
		"HTML":           "<html>gateway</html>",
		"nothing":        "",
		"too few":        `{"data":[]}`,
		"index repeated": `{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}`,
		"index outside":  `{"data":[{"index":0,"embedding":[1]},{"index":7,"embedding":[1]}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			e := endpoint(t, func([]string) any { return answer })
			if got, err := e.Embed(context.Background(), []string{"a", "b"}); err == nil {
				t.Errorf("Embed = %v; want an error", got)
			}
		})
	}
}

func TestTheSameNameElsewhereIsAnotherModel(t *testing.T) {
	id := func(base string) string { return llm.NewEmbedder(llm.Config{Model: "m1", BaseURL: base}).ID() }
	for base, want := range map[string]string{
		"":                                "m1", // as it was kept before
		"http://models:8080/v1":           "m1@models:8080/v1",
		"http://models:8080/v1/":          "m1@models:8080/v1",
		"https://me:hunter2@other/v1?k=x": "m1@other/v1",
	} {
		if got := id(base); got != want {
			t.Errorf("%q at %q, want %q", got, base, want)
		}
	}
}
