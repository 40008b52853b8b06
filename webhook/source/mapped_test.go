package source_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"ragoffire/engine"
	"ragoffire/webhook/source"
)

// spec reads a mapping as the config has it.
func spec(t testing.TB, text string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := yaml.Unmarshal([]byte(text), &m); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return m
}

func mapped(t *testing.T, kind, text string) source.Parser {
	t.Helper()
	p, problems := source.Mapped(kind, spec(t, text))
	if len(problems) > 0 {
		t.Fatalf("%s: %v", text, problems)
	}
	return p
}

func TestAMappingOfTheUsers(t *testing.T) {
	t.Run("reads what it names, and the rest as our own format", func(t *testing.T) {
		p := mapped(t, "generic", `{title: $.name, severity: $.prio}`)
		got, err := p(source.Input{Source: "shop", Body: []byte(`{"name":"Basket slow","prio":"P1","status":"ok","service":"basket","severity":"low"}`)})
		if err != nil {
			t.Fatal(err)
		}
		a := got.Delivery.Alerts[0]
		equal(t, "title", a.Title, "Basket slow")
		equal(t, "severity", a.Severity, engine.SeverityCritical)
		equal(t, "status", a.Status, engine.AlertResolved)
		equal(t, "service", a.Service, "basket")
		equal(t, "source", a.Source, "shop")
		equal(t, "expires", got.Delivery.Expire, 0)
		equal(t, "status that is not sent", parse(t, p, `{"name":"x"}`)[0].Status, engine.Firing)
		whole := parse(t, mapped(t, "generic", `{hint: x}`), string(fixture(t, "generic-full.json")))[0]
		want := parse(t, source.Generic, string(fixture(t, "generic-full.json")))[0]
		whole.Links, want.Links = nil, nil // a list of them is more than a mapping reads
		if !reflect.DeepEqual(whole, want) {
			t.Errorf("our format by the mapping is %+v, want %+v", whole, want)
		}
	})

	t.Run("expires where nothing can end it", func(t *testing.T) {
		got, err := mapped(t, "generic", `{status: firing}`)(source.Input{Body: []byte(`{"title":"x"}`)})
		equal(t, "err", err, nil)
		equal(t, "expires", got.Delivery.Expire, time.Hour)
	})

	const all = `
each: $.data.alerts
title: ["@.missing || @.headline", no title]
name: "{{ @.rule.name }}"
description: "{{ $.sender }} says: {{ @.text }}"
error_type: {from: "@.text", match: '^(\w+):'}
service: $labels.svc
component: "@['host name']"
environment: prod
fingerprint: "{{ @.id }}/{{ $.zone }}"
status: "@.st"
statuses: {burning: firing, fine: resolved, note: ignore}
severity: "@.prio"
severities: {"9": critical, "*": low}
started_at: "@.from"
ended_at: "@.to"
value: "@.v"
baseline: "@.normal"
threshold: 5
comparator: above
unit: s
labels: ["@.tags", {zone: $.zone, svc: "@.svc"}]
links: {source: "https://x.example/{{ @.id }}", runbook: "@.book"}
group_key: $.batch
reason: "@.why"
expire: 90m
`
	const body = `{"sender":"acme","zone":"eu","batch":7,"data":{"alerts":[
		{"headline":"A\nb","rule":{"name":"R"},"text":"disk_full: 99%","host name":"h1","id":12345678901234567890,"st":"Burning","prio":9,"from":"2026-03-02 04:05:06 +0100","v":"30%","normal":20,
		 "tags":["vip","team:shop","zone=us"],"svc":"basket","book":"javascript:alert(1)","why":"again"},
		{"headline":"gone","id":2,"st":"fine","to":1772421306},
		{"headline":"talk","id":3,"st":"note"},
		{"headline":"odd","id":4,"st":"melting"}]}}`
	t.Run("reads every field", func(t *testing.T) {
		got, err := mapped(t, "generic", all)(source.Input{Source: "shop", Body: []byte(body)})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "bad", fmt.Sprint(got.Bad), `[invalid: data.alerts[3].st: "melting" is not firing, acknowledged or resolved]`)
		alerts := got.Delivery.Alerts
		invariants(t, alerts)
		equal(t, "alerts", len(alerts), 2)
		equal(t, "expire", got.Delivery.Expire, 90*time.Minute)
		a := alerts[0]
		equal(t, "title", a.Title, "A b")
		equal(t, "name", a.Name, "R")
		equal(t, "description", a.Description, "acme says: disk_full: 99%")
		equal(t, "error type", a.ErrorType, "disk_full")
		equal(t, "service", a.Service, "basket")
		equal(t, "component", a.Component, "h1")
		equal(t, "environment", a.Environment, "prod")
		equal(t, "fingerprint", a.Fingerprint, "12345678901234567890/eu")
		equal(t, "severity", a.Severity, engine.SeverityCritical)
		equal(t, "started", a.StartedAt, at("2026-03-02T03:05:06Z"))
		equal(t, "value", value(a.Value), 30)
		equal(t, "spike, from the baseline", value(a.Spike), 50)
		equal(t, "threshold", value(a.Threshold), 5)
		equal(t, "comparator", a.Comparator, "gt")
		equal(t, "unit", a.Unit, "s")
		equal(t, "labels", fmt.Sprint(a.Labels), "map[svc:basket tags:vip team:shop zone:us]")
		equal(t, "links", fmt.Sprint(a.Links), "[{source https://x.example/12345678901234567890}]")
		equal(t, "group", a.GroupKey, "7")
		equal(t, "reason", a.Reason, "again")
		equal(t, "ended", *alerts[1].EndedAt, at("2026-03-02T03:15:06Z"))
		equal(t, "severity of every other word, and of none", alerts[1].Severity, engine.SeverityLow)
	})

	t.Run("takes conditions over words", func(t *testing.T) {
		p := mapped(t, "generic", `{title: $.t, resolve: {$.state: [ok, "0"], $.kind: "check.*"}, acknowledge: {$.who: ".+"}, ignore: {$.test: "true"}, status: [$.state, firing]}`)
		for body, want := range map[string]engine.AlertStatus{
			`{"t":"x","state":"OK","kind":"check-1"}`:          engine.AlertResolved,
			`{"t":"x","state":0,"kind":"check-1","who":"ann"}`: engine.AlertResolved,
			`{"t":"x","state":"down","kind":"check-1"}`:        engine.Firing,
			`{"t":"x","state":"down","who":"ann"}`:             engine.AlertAcknowledged,
			`{"t":"x"}`:                                        engine.Firing,
		} {
			equal(t, body, parse(t, p, body)[0].Status, want)
		}
		equal(t, "ignored", len(parse(t, p, `{"t":"x","test":true}`)), 0)
	})

	t.Run("changes a preset where it says so and nowhere else", func(t *testing.T) {
		p := mapped(t, "datadog", `{service: $.org_name, statuses: {confused: firing}, links: {runbook: "https://rb.example/{{ $.alert_id }}"}}`)
		a := parse(t, p, string(fixture(t, "datadog-triggered.json")))[0]
		equal(t, "service", a.Service, "Shop")
		equal(t, "fingerprint", a.Fingerprint, "90417/service:basket,env:prod")
		equal(t, "links", len(a.Links), 2)
		equal(t, "a word of its own", parse(t, p, `{"alert_transition":"Confused","event_title":"x"}`)[0].Status, engine.Firing)
		equal(t, "a word of the preset's", parse(t, p, `{"alert_transition":"Recovered","event_title":"x"}`)[0].Status, engine.AlertResolved)
	})

	t.Run("reads labels in every shape", func(t *testing.T) {
		p := mapped(t, "generic", `{title: $.t, labels: $.l}`)
		for labels, want := range map[string]string{
			`{"a":"b","n":1,"ok":true,"deep":{"x":1},"none":null,"_raw":"r"}`: "map[a:b n:1 ok:true]",
			`["a:b","c=d","vip","a:z"]`:                                       "map[a:b c:d tags:vip]",
			`"a:b, c=d,vip , x"`:                                              "map[a:b c:d tags:vip, x]",
			`[{"name":"a","value":"b"},{"tag":"c","value":2,"color":"red"}]`:  "map[a:b c:2]",
			`"[{\"tag\":\"a\",\"value\":\"b\"}]"`:                             "map[a:b]",
			`"{not json"`:                                                     "map[tags:{not json]",
			`[{"a":"b"},{"a":"x","c":"d"}]`:                                   "map[a:b c:d]",
			`null`:                                                            "map[]",
			`7`:                                                               "map[]",
		} {
			equal(t, labels, fmt.Sprint(parse(t, p, `{"t":"x","l":`+labels+`}`)[0].Labels), want)
		}
	})

	t.Run("labels of several are those on which they agree", func(t *testing.T) {
		p := mapped(t, "generic", `{title: $.t, labels: "$.g[*].l"}`)
		a := parse(t, p, `{"t":"x","g":[{"l":{"svc":"a","zone":"eu"}},{"l":{"svc":"b","zone":"eu"}}]}`)[0]
		equal(t, "labels", fmt.Sprint(a.Labels), "map[zone:eu]")
	})

	t.Run("a list in the wrong place is told by its path", func(t *testing.T) {
		p := mapped(t, "generic", `{each: $.alerts, title: "@.t"}`)
		invalid(t, p, `{"x":1}`, "alerts")
		invalid(t, p, `{"alerts":["x"]}`, "alerts[0]")
		invalid(t, p, `{"alerts":[{"y":1}]}`, "alerts[0].t")
		invalid(t, p, `[1]`, "body")
		equal(t, "one that is no list", len(parse(t, p, `{"alerts":{"t":"x"}}`)), 1)
		equal(t, "none", len(parse(t, p, `{"alerts":[]}`)), 0)
	})

	t.Run("each leads to all of them, however many and in however many lists", func(t *testing.T) {
		many := func(n int) string { return strings.TrimSuffix(strings.Repeat(`{"t":"x"},`, n), ",") }
		all := mapped(t, "generic", `{each: "$.alerts[*]", title: "@.t"}`)
		equal(t, "of one list", len(parse(t, all, `{"alerts":[`+many(50)+`]}`)), 50)
		equal(t, "of an empty one", len(parse(t, all, `{"alerts":[]}`)), 0)
		invalid(t, all, `{"alerts":[{"y":1}]}`, "alerts[0].t")
		invalid(t, all, `{}`, "alerts")
		lists := mapped(t, "generic", `{each: "$.groups[*].alerts", title: "@.t"}`)
		equal(t, "of several lists", len(parse(t, lists, `{"groups":[{"alerts":[`+many(2)+`]},{"alerts":[]},{"alerts":[`+many(40)+`]}]}`)), 42)
		equal(t, "of no lists", len(parse(t, lists, `{"groups":[]}`)), 0)
		invalid(t, lists, `{"groups":[{"y":1}]}`, "groups[*].alerts")
	})

	t.Run("stays small where a body is made to be large", func(t *testing.T) {
		p := mapped(t, "generic", `{each: $.a, title: "@.t", description: "{{ $.a[*] }}{{ $.a[*] }}", labels: $.l}`)
		one := `{"t":"` + strings.Repeat("x", 90) + `"},`
		got := parse(t, p, `{"a":[`+strings.Repeat(one, 3_000)+`{"t":"y"}],"l":{"a":"b"}}`)
		equal(t, "alerts", len(got), 3_001)
		invariants(t, got)
	})
}

func TestAMappingThatIsNoGoodIsToldByItsKey(t *testing.T) {
	for text, want := range map[string]string{
		`{titel: $.a}`:                          `titel: is unknown; there are absent, acknowledge`,
		`{title: $..a}`:                         `title: "$..a" is no path: a name is missing after a dot`,
		`{title: $a}`:                           `title: "$a" is no path: it begins with`,
		`{title: "$.a b"}`:                      `title: "$.a b" is no path: a name with blanks or quotes is written ['like this']`,
		`{title: "$.a[x]"}`:                     `title: "$.a[x]" is no path: brackets hold`,
		`{title: "$.a[0"}`:                      `title: "$.a[0" is no path: a bracket does not end`,
		`{title: "$['a"}`:                       `title: "$['a" is no path: a quoted name does not end`,
		`{title: "$.a[0]b"}`:                    `title: "$.a[0]b" is no path: a dot or a bracket is missing`,
		`{title: "{{ $.a"}`:                     `title: "{{ $.a": {{ is not followed by }}`,
		`{title: "{{ a }}"}`:                    `title: "a" is no path`,
		`{title: []}`:                           `title: is an empty list`,
		`{title: {from: $.a}}`:                  `title: must be a path, or {from: $.path, match: expression}`,
		`{title: {from: $.a, match: "("}}`:      `title: match: error parsing`,
		`{title: {from: $.a, match: "x"}}`:      `title: match: "x" has no group ( )`,
		`{title: "$labels"}`:                    `title: "$labels" is no path: a label follows`,
		`{title: $.a, fingerprint: id}`:         `fingerprint: "id" must be a path, such as $.id`,
		`{title: $.a, started_at: now}`:         `started_at: "now" must be a path, such as $.now`,
		`{title: $.a, status: state}`:           `status: "state" must be a path, such as $.state, or one of firing`,
		`{title: $.a, value: v}`:                `value: "v" must be a path, such as $.v, or a number`,
		`{title: $.a, statuses: {x: burning}}`:  `statuses: x: "burning" must be firing`,
		`{title: $.a, severities: {x: p1}}`:     `severities: x: "p1" must be critical`,
		`{title: $.a, comparators: {x: above}}`: `comparators: x: "above" must be gt`,
		`{title: $.a, resolve: ok}`:             `resolve: must be such as {$.state: ok}`,
		`{title: $.a, resolve: {state: ok}}`:    `resolve: "state" is no path`,
		`{title: $.a, resolve: {$.s: "("}}`:     `resolve: $.s: error parsing`,
		`{title: $.a, links: $.a}`:              `links: must be such as`,
		`{title: $.a, links: {home: $.a}}`:      `links: "home" is unknown; there are source`,
		`{title: $.a, labels: 5}`:               `labels: must be a path such as $.tags`,
		`{title: $.a, expire: soon}`:            `expire: "soon" is no length of time`,
		`{title: $.a, each: "@.x"}`:             `each: "@.x" must begin with $`,
	} {
		_, problems := source.Mapped("generic", spec(t, text))
		if len(problems) == 0 || !strings.HasPrefix(problems[0].Error(), want) {
			t.Errorf("%s: %v; want %q", text, problems, want)
		}
	}
	if _, problems := source.Mapped("generic", spec(t, `{titel: $.a, severity: $..b}`)); len(problems) != 2 {
		t.Errorf("%d problems of two: %v", len(problems), problems)
	}
	if _, problems := source.Mapped("alertmanager", spec(t, `{title: $.a}`)); len(problems) != 1 || !strings.Contains(problems[0].Error(), "kind alertmanager has none") {
		t.Errorf("of a kind without a mapping: %v", problems)
	}
}

// FuzzPresets tries bodies with each kind of source, chosen by its number, so
// that the fuzzer learns what each of the mappings that come along looks for.
func FuzzPresets(f *testing.F) {
	kinds := source.Kinds()
	names := slices.Sorted(maps.Keys(kinds))
	for n, name := range names {
		files, err := filepath.Glob(filepath.Join("testdata", name+"-*.json"))
		if err != nil {
			f.Fatal(err)
		}
		if name == "splunk" {
			files = append(files, filepath.Join("testdata", "splunk.json"))
		}
		if len(files) == 0 {
			f.Errorf("no body to begin with for %s", name)
		}
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(uint8(n), b)
		}
	}
	f.Fuzz(func(t *testing.T, n uint8, body []byte) {
		kind := names[int(n)%len(names)]
		got, err := kinds[kind](source.Input{Source: "fuzz", Body: body})
		if err != nil && engine.KindOf(err) != engine.Invalid {
			t.Errorf("%s: err = %v, want one that people may read", kind, err)
		}
		invariants(t, got.Delivery.Alerts)
	})
}

// FuzzMapped tries mappings that nobody checked by hand: each is refused or
// reads any body.
func FuzzMapped(f *testing.F) {
	body := []byte(`{"a":{"b":[1,{"c":"d"},null,[true]]},"state":"ok","labels":{"x":"y"},"e":[{"t":"x"}]}`)
	f.Add("$.a.b[*].c || $['a']", `{{ $.a }}-{{ $labels.x }}`, body)
	f.Add("$", "$.a.b[1]", body)
	f.Add("(a+)+", "$.e[0].t", body)
	f.Fuzz(func(t *testing.T, one, two string, body []byte) {
		p, problems := source.Mapped("generic", map[string]any{
			"title": one, "description": []any{two, map[string]any{"from": "$.a", "match": one}}, "labels": []any{two, map[string]any{"l": one}},
			"resolve": map[string]any{two: one}, "absent": two,
		})
		if len(problems) > 0 {
			p, problems = source.Mapped("generic", map[string]any{"title": one, "severity": two})
		}
		if len(problems) > 0 {
			return
		}
		got, err := p(source.Input{Source: "fuzz", Body: body})
		if err != nil && engine.KindOf(err) != engine.Invalid {
			t.Errorf("err = %v, want one that people may read", err)
		}
		invariants(t, got.Delivery.Alerts)
	})
}
