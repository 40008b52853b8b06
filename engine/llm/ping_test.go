package llm_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ragoffire/engine/llm"
)

func TestPingSaysWhetherAModelAnswers(t *testing.T) {
	for _, c := range []struct {
		status     int
		body, says string
	}{
		{200, `{"choices":[{"message":{"role":"assistant","content":"ok"}}]}`, ""},
		{200, `{"choices":[]}`, "m: the answer holds no choice"},
		{200, `<html>`, "is not the JSON of its API"},
		{404, `{"error":{"message":"sk-secret is not a model"}}`, "answers 404; check OPENAI_BASE_URL and the model's name"},
	} {
		var asked string
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			b, _ := io.ReadAll(r.Body)
			asked = string(b)
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		}))
		err := llm.Ping(context.Background(), llm.Config{Key: "k", BaseURL: s.URL, Model: "m"})
		s.CloseClientConnections()
		s.Close()
		switch {
		case c.says == "" && err != nil, c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "sk-secret")):
			t.Errorf("%d %s: %v", c.status, c.body, err)
		case !strings.Contains(asked, `"model":"m"`):
			t.Errorf("it asked %s", asked)
		}
	}
}
