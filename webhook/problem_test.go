package webhook

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"ragoffire/engine"
)

func TestProblemOf(t *testing.T) {
	for name, c := range map[string]struct {
		err    error
		status int
		detail string
	}{
		"wrong input":         {engine.Invalidf("spike_percentage", "spike_percentage: too much"), 422, "spike_percentage: too much"},
		"an unknown id":       {fmt.Errorf("load: %w", engine.NotFoundf("no incident X")), 404, "no incident X"},
		"somebody was first":  {engine.Conflictf("@lead already approved this"), 409, "@lead already approved this"},
		"not allowed":         {&engine.Error{Kind: engine.Denied, Text: "only @lead can"}, 403, "only @lead can"},
		"the store away":      {&engine.Error{Kind: engine.Unavailable, Text: "try again", Err: errors.New("secret-host")}, 503, "try again"},
		"a kind nobody knows": {&engine.Error{Kind: "odd", Text: "odd"}, 500, "odd"},
		"an internal error":   {errors.New("pq: secret-host refused"), 500, "something went wrong here"},
		"Echo's own":          {echo.NewHTTPError(http.StatusMethodNotAllowed, "secret-host"), 405, "Method Not Allowed"},
		"too large":           {fmt.Errorf("read: %w", &http.MaxBytesError{Limit: 1}), 413, "max_alerts"},
		"a problem already":   {newProblem(418, "teapot"), 418, "teapot"},
	} {
		t.Run(name, func(t *testing.T) {
			p := problemOf(c.err)
			if p.Status != c.status || !strings.Contains(p.Detail, c.detail) || strings.Contains(p.Detail, "secret-host") {
				t.Errorf("problem = %d %q, want %d %q", p.Status, p.Detail, c.status, c.detail)
			}
		})
	}
	if p := problemOf(engine.Invalidf("labels", "labels: must be an object")); len(p.Errors) != 1 || p.Errors[0].Location != "body.labels" {
		t.Errorf("errors = %+v, want one that points at body.labels", p.Errors)
	}
}

func TestPlainText(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                 "plain",
		"two\nlines":            "two\nlines",
		"\u202egnp.exe":         "gnp.exe",
		"a\u200bb\u2066c\ufeff": "abc",
		"\x1b[31mred\x07":       " [31mred ",
		"naïve 日本 🔥":            "naïve 日本 🔥",
	} {
		if got := plainText(in); got != want {
			t.Errorf("plainText(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestDefang(t *testing.T) {
	for in, want := range map[string]string{
		"https://evil.example.com/x.y?z": "hxxps://evil[.]example[.]com/x.y?z",
		"http://10.0.0.1:80":             "hxxp://10[.]0[.]0[.]1:80/",
		"ftp://x.example":                "ftp://x.example",
	} {
		if got := defang(in); got != want {
			t.Errorf("defang(%q) = %q, want %q", in, got, want)
		}
	}
}
