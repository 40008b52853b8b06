package source_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ragoffire/engine"
	"ragoffire/webhook/source"
)

func FuzzGrafana(f *testing.F)         { fuzzSender(f, "grafana") }
func FuzzPagerDuty(f *testing.F)       { fuzzSender(f, "pagerduty") }
func FuzzPagerDutyEvents(f *testing.F) { fuzzSender(f, "pagerduty-events") }
func FuzzCloudWatch(f *testing.F)      { fuzzSender(f, "cloudwatch") }
func FuzzSentry(f *testing.F)          { fuzzSender(f, "sentry") }
func FuzzCloudEvents(f *testing.F)     { fuzzSender(f, "cloudevents") }
func FuzzGitHub(f *testing.F)          { fuzzSender(f, "github") }
func FuzzGitLab(f *testing.F)          { fuzzSender(f, "gitlab") }

// fuzzSender feeds a parser bodies and one header, the one that its kind reads.
func fuzzSender(f *testing.F, kind string) {
	for _, d := range senders() {
		if d.kind != kind {
			continue
		}
		b, err := os.ReadFile(filepath.Join("testdata", d.file))
		if err != nil {
			f.Fatal(err)
		}
		_, value, _ := strings.Cut(d.header, ": ")
		f.Add(b, value)
	}
	for _, in := range sampled(f, kind) {
		f.Add(in.Body, in.Header.Get("Ce-Specversion"))
	}
	f.Add([]byte("payload=%7B%7D"), "application/x-www-form-urlencoded")
	parse := source.Kinds()[kind]
	f.Fuzz(func(t *testing.T, body []byte, value string) {
		h := http.Header{
			"X-Github-Event": {value}, "Sentry-Hook-Resource": {value}, "Content-Type": {value},
			"Ce-Specversion": {value}, "Ce-Id": {value}, "Ce-Type": {value}, "Ce-Source": {value}, "Ce-Subject": {value}, "Ce-Time": {value},
		}
		p, err := parse(source.Input{Source: "fuzz", Body: body, Header: h})
		if err != nil && engine.KindOf(err) != engine.Invalid {
			t.Errorf("err = %v, want one that people may read", err)
		}
		invariants(t, p.Delivery.Alerts)
		for _, raw := range p.Raw {
			if len(raw) > 8<<10 || engine.Clean(raw) != raw {
				t.Errorf("a raw member of %d bytes", len(raw))
			}
		}
		for _, c := range p.Delivery.Changes {
			if c.Service == "" || len([]rune(c.Title)) > 300 || len(c.URL) > 2048 {
				t.Errorf("change %+v", c)
			}
		}
	})
}
