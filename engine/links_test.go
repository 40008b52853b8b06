package engine_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
)

func TestALinkToAGraphGetsItsTimes(t *testing.T) {
	from := time.Date(2026, 11, 23, 3, 0, 0, 7e6, time.UTC)
	got := engine.FillRange("https://g.example/d/x?from={{from}}&to={{to}}&again={{from}}&var={{host}}", from, from.Add(time.Hour))
	if want := "https://g.example/d/x?from=1795402800007&to=1795406400007&again=1795402800007&var={{host}}"; got != want {
		t.Errorf("got %s", got)
	}
}

func TestALinkToSilence(t *testing.T) {
	got := engine.SilenceLink(engine.SilencePage("http://am.example.com:9093/path/?x=1#/alerts"), map[string]string{"b": `say "hi" & \go`, "alertname": "Slow"})
	rest, ok := strings.CutPrefix(got, "http://am.example.com:9093/path/#/silences/new?filter=")
	filter, err := url.QueryUnescape(rest)
	if want := `{alertname="Slow",b="say \"hi\" & \\go"}`; !ok || strings.Contains(rest, "+") || err != nil || filter != want {
		t.Errorf("got %s: %s, want %s", got, filter, want)
	}
	for _, external := range []string{"", "am:9093", "javascript:alert(1)", "http://"} {
		if got := engine.SilenceLink(engine.SilencePage(external), map[string]string{"a": "b"}); got != "" {
			t.Errorf("%q: got %s", external, got)
		}
	}
	if got := engine.SilenceLink(engine.SilencePage("http://am"), nil); got != "" {
		t.Errorf("without labels: got %s", got)
	}
}
