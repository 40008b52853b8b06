package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHealthcheckSaysInOneLineWhatIsThere(t *testing.T) {
	for name, c := range map[string]struct {
		status     int
		body, want string
		code       int
	}{
		"a rof that is ready":     {200, `{"status": "ready"}`, "ready\n", exitDone},
		"one that is not":         {503, `{"status": "not ready"}` + "\n", "rof healthcheck: not ready: {\"status\": \"not ready\"}\n", exitFailed},
		"something else than rof": {404, "<html>\n<body>nothing here</body>\n</html>", "answers 404 to /readyz: is it rof serve?\n", exitFailed},
	} {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			}))
			defer srv.Close()
			var out, errs bytes.Buffer
			code := run(t.Context(), []string{"healthcheck"}, env("ROF_LISTEN="+strings.TrimPrefix(srv.URL, "http://")), nil, &out, &errs)
			if got := out.String() + errs.String(); code != c.code || !strings.HasSuffix(got, c.want) || strings.Count(got, "\n") != 1 {
				t.Errorf("status %d: %q", code, got)
			}
		})
	}
}
