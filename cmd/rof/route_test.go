package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const routesYAML = `sources: {shop: {kind: generic, token: shop-secret}, cron: {kind: generic, token: cron-secret, map: {title: $.job, service: payments, severity: $.prio}}}
routes:
- {match: {severity: critical, service: "pay.*", environment: prod, "label.source": node}, channel: C0PAY, mention: S0ONCALL}
- {match: {team: web, source: shop}, channel: C0WEB, quiet: {from: "22:00", to: "07:00", zone: Europe/Berlin, below: critical}}
- {channel: C0ALL, mention: S0ALL}
services:
  checkout: {owner: payments, channel: C0CHECK, links: {Graph: "https://g.example/d/x?from={{from}}&to={{to}}", Logs: "https://logs.example"}, depends_on: [db]}
maintenance: [{match: {service: stock}, from: "2026-03-01T20:00:00Z", to: "2026-03-01T23:00:00Z", reason: move to the new rack}]
`

func TestRouteExplainSaysWhereAnAlertGoes(t *testing.T) {
	config := write(t, routesYAML)
	explain := func(body string, args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		getenv := env("HOME="+t.TempDir(), "ROF_CONFIG="+config, "SLACK_CHANNEL=C0DEF")
		if code := run(t.Context(), append([]string{"route", "explain", write(t, body)}, args...), getenv, strings.NewReader(""), &out, &errs); code != exitDone {
			t.Fatalf("status %d: %s", code, errs.String())
		}
		return strings.Join(strings.Fields(out.String()), " ")
	}
	for name, c := range map[string]struct {
		body string
		args []string
		want []string
	}{
		"a rule of every kind": {
			`{"title": "down", "service": "payments", "severity": "critical", "environment": "prod", "labels": {"source": "node"}}`, nil,
			[]string{"Rule routes[0] environment=prod label.source=node service=pay.* severity=critical", "Channel C0PAY", "Mention S0ONCALL", "Told at once"},
		},
		"a source with a mapping of its own": {
			`{"job": "nightly", "prio": "P1", "environment": "prod", "labels": {"source": "node"}}`,
			[]string{"--source", "cron"},
			[]string{"nightly", "Channel C0PAY"},
		},
		"whatever kind finds an alert in it": {
			`{"check_id": 7, "check_name": "Basket", "current_state": "DOWN", "tags": ["service:checkout"]}`, nil,
			[]string{"Channel C0CHECK, of services.checkout"},
		},
		"patterns match whole values": {
			`{"title": "down", "service": "repay", "severity": "critical", "environment": "prod", "labels": {"source": "node"}}`, nil,
			[]string{"Rule routes[2] (matches everything)", "Channel C0ALL", "Mention S0ALL"},
		},
		"quiet hours": {
			`{"title": "slow", "service": "web", "severity": "warning", "labels": {"team": "web"}}`,
			[]string{"--source", "shop", "--at", "2026-03-28T23:30:00+01:00"},
			// The night in which Europe/Berlin loses an hour.
			[]string{"Rule routes[1]", "Told in a digest at the end of the quiet hours, 2026-03-29T07:00:00+02:00", "Mention nobody"},
		},
		"by day the same is told at once": {
			`{"title": "slow", "service": "web", "severity": "warning", "labels": {"team": "web"}}`,
			[]string{"--source", "shop", "--at", "2026-03-28T12:00:00+01:00"},
			[]string{"Channel C0WEB", "Told at once"},
		},
		"a service's channel comes before the rule for all the rest": {
			`{"title": "slow", "service": "checkout", "severity": "high", "started_at": "2026-03-01T00:00:00Z"}`, nil,
			[]string{
				"Channel C0CHECK, of services.checkout", "Owner payments", "Mention nobody: S0ALL is mentioned for critical ones",
				"Link Graph https://g.example/d/x?from=1772322300000&to=1772326800000", "Link Logs https://logs.example",
			},
		},
		"maintenance": {
			`{"title": "slow", "service": "stock", "severity": "high"}`,
			[]string{"--at", "2026-03-01T21:00:00Z"},
			[]string{"Told not before 2026-03-01T23:00:00Z: maintenance: move to the new rack"},
		},
		"each alert of an Alertmanager's body": {
			`{"version": "4", "status": "firing", "receiver": "rof", "groupLabels": {}, "alerts": [
				{"status": "firing", "labels": {"alertname": "A", "service": "checkout", "severity": "page"}, "startsAt": "2026-03-01T00:00:00Z", "fingerprint": "1"},
				{"status": "resolved", "labels": {"alertname": "B"}, "startsAt": "2026-03-01T00:00:00Z", "endsAt": "2026-03-01T00:01:00Z", "fingerprint": "2"}]}`, nil,
			[]string{"severity critical", "source alertmanager", "Channel C0CHECK", "it is resolved"},
		},
	} {
		got := explain(c.body, c.args...)
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %q in\n%s", name, want, got)
			}
		}
	}
}

func TestRouteExplainSaysWhatIsWrongWithABody(t *testing.T) {
	const alert = `{"status": "firing", "labels": {"alertname": "A"}, "startsAt": "2026-03-01T00:00:00Z", "fingerprint": "1"}`
	for name, c := range map[string]struct {
		body, source, want string
		code               int
	}{
		"an object that is no alert":         {`{"foo": 1}`, "", "no kind of source reads it; as generic: ", exitFailed},
		"half a document":                    {`{"title": `, "", "/file: body: not JSON: it ends too early", exitFailed},
		"no alert of the kind that is named": {`{"status": "firing", "version": "4", "alerts": [{"status": "loud"}]}`, "alertmanager", `alerts[0].status: "loud" is not firing or resolved`, exitFailed},
		"one of two":                         {`{"status": "firing", "version": "4", "alerts": [` + alert + `, {"status": "loud"}]}`, "", `1 alert could not be read alerts[1].status: "loud"`, exitDone},
		"a list of none holds no alert":      {`[]`, "", "the body holds no alert", exitDone},
		"a change is none":                   {`{"kind": "deploy", "service": "checkout"}`, "", "the body holds no alert", exitDone},
	} {
		t.Run(name, func(t *testing.T) {
			file := write(t, c.body)
			var out, errs bytes.Buffer
			code := run(t.Context(), []string{"route", "explain", "--source", c.source, file}, env("HOME="+t.TempDir()), strings.NewReader(""), &out, &errs)
			got := strings.Join(strings.Fields(out.String()+errs.String()), " ")
			if code != c.code || !strings.Contains(got, c.want) || code != exitDone && !strings.HasPrefix(got, "rof route: "+file+": ") || strings.Contains(got, "usage") {
				t.Errorf("status %d: %s", code, got)
			}
		})
	}
}

func TestRoutesAndWhatFollowsThemAreChecked(t *testing.T) {
	secret := write(t, "https://pager.example.com/hook?key=s3cret\n")
	for text, want := range map[string]string{
		"routes: [{channel: '#pay'}]":                                                                    "routes[0].channel must be a channel's id",
		"routes: [{channel: C0PAY, mention: '@oncall'}]":                                                 "routes[0].mention must be the id of a user group",
		"routes: [{channel: C0PAY, quiet: {from: '22', to: '07:00'}}]":                                   "routes[0].quiet.from must be a time of day",
		"routes: [{channel: C0PAY, quiet: {from: '22:00', to: '22:00'}}]":                                "from and to are the same",
		"routes: [{channel: C0PAY, quiet: {from: '22:00', to: '07:00', zone: Mars}}]":                    "quiet.zone must be a time zone",
		"routes: [{channel: C0PAY, quiet: {from: '22:00', to: '07:00', below: loud}}]":                   "quiet.below must be critical",
		"services: {a: {channel: pay}}":                                                                  "services.a.channel must be a channel's id",
		"services: {a: {links: {Graph: 'g.example'}}}":                                                   "services.a.links.Graph must be an address",
		"services: {a: {links: {Graph: 'https://g.example/{{when}}'}}}":                                  "services.a.links.Graph must be an address",
		`sources: {"a/b": {kind: generic}}`:                                                              `the name "a/b" is the end of an address`,
		`sources: {kafka: {kind: generic, token: a-secret}}`:                                             `sources.kafka: rof itself calls what comes from its topic so; name the source otherwise, such as my-kafka`,
		`sources: {heartbeat: {kind: generic}}`:                                                          `sources.heartbeat: rof itself calls`,
		`sources: {unknown: {kind: generic}}`:                                                            `sources.unknown: rof itself calls`,
		"routes: [{match: {severity: warning}, channel: C0PAY}]":                                         `routes[0]: severity "warning" is none of critical, high, medium, low, info and unknown (warning is medium here); label.severity`,
		"open_after: [{match: {severity: 'sev-.*'}, count: 3, within: 15m}]":                             `open_after[0]: severity "sev-.*" is none of`,
		"group: {by_service: no}":                                                                        `[1:21] must be true or false`,
		"model: {tokens_per_hour: many}":                                                                 `must be a whole number`,
		"link_hosts: [[a.example]]":                                                                      `must be a text`,
		"approvers: {users: []}":                                                                         "approvers names nobody, which would leave it to everybody",
		"admins: {groups: [], users: []}":                                                                "admins names nobody",
		"timeline: {emoji: 📌}":                                                                           "timeline.emoji must be the name of one emoji such as pushpin",
		"sources: {shop: {kind: generic, token: [01234567, abcdefgh]}}":                                  "sources.shop.token must be a text or a list of texts; write each in quotes",
		"sources: {shop: {kind: generic, token: 12345678}}":                                              "sources.shop.token must be a text or a list of texts; write each in quotes",
		"sources: {grafana: {hmac: {secret: [01234567, abcdefgh]}}}":                                     "sources.grafana.hmac.secret must be a text or a list of texts",
		`sources: {foo: {}}`:                                                                             `sources.foo: kind "foo" is unknown; there are alertmanager,`,
		"retention: {events: 9999999d}":                                                                  "retention.events must be a length of time",
		"escalate: {after: soon}":                                                                        "escalate.after must be a length of time",
		"escalate: {then: {}}":                                                                           "needs exactly one of webhook, email and ntfy",
		"escalate: {then: [{webhook: 'https://a.example', ntfy: 'https://b.example/x'}]}":                "needs exactly one of",
		"escalate: {then: {webhook: pager}}":                                                             "escalate.then[0]: must be an address",
		"escalate: {then: {email: {smtp: mail, from: a@b.c, to: d@e.f}}}":                                "smtp must be HOST:PORT",
		"escalate: {then: {email: {smtp: 'mail:25', from: rof, to: d@e.f}}}":                             "from must be an address",
		"escalate: {then: {email: {smtp: 'mail:25', from: a@b.c}}}":                                      "to names nobody",
		"escalate: {then: {webhook: 'https://a.example', webhook_file: " + secret + "}}":                 "are both set",
		"escalate: {then: {sms: 1}}":                                                                     "sms",
		"deadman: {url: hc}":                                                                             "deadman.url: must be an address",
		"deadman: {url: 'https://hc.example/x', every: 1s}":                                              "deadman.every must be at least 10s",
		"alertmanager: {url: am}":                                                                        "alertmanager.url: must be an address",
		"maintenance: [{from: '2026-03-01T20:00:00Z', to: '2026-03-01T23:00:00Z'}]":                      "maintenance[0] needs a match",
		"maintenance: [{match: {service: a}, from: today, to: '2026-03-01T23:00:00Z'}]":                  "maintenance[0].from must be a time with its zone",
		"maintenance: [{match: {service: a}, from: '2026-03-02T20:00:00Z', to: '2026-03-01T23:00:00Z'}]": "ends before it begins",
	} {
		_, err := readConfig(env("HOME=/h", "ROF_CONFIG="+write(t, text+"\n")))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", text, err, want)
		} else if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("the error shows a secret: %v", err)
		}
	}
	c, err := readConfig(env("HOME=/h", "ROF_CONFIG="+write(t, "escalate: {after: 3m, then: [{webhook_file: "+secret+", after: 10m}, {email: {smtp: 'mail:25', from: a@b.c, to: [d@e.f, g@h.i]}}, {ntfy: 'https://ntfy.example/x'}]}\n")))
	if err != nil {
		t.Fatal(err)
	}
	e := c.file.escalation
	if e.After != 3*time.Minute || len(e.Paths) != 3 || e.Paths[0].After != 10*time.Minute || e.Paths[0].String() != "webhook pager.example.com" ||
		e.Paths[1].String() != "e-mail to d@e.f, g@h.i" || e.Paths[2].String() != "ntfy ntfy.example" {
		t.Errorf("%+v", e)
	}
	if c, err := readConfig(env("HOME=/h", "ROF_CONFIG="+write(t, "escalate: {then: {webhook: 'https://a.example'}}\n"))); err != nil || c.file.escalation.After != 5*time.Minute || len(c.file.escalation.Paths) != 1 {
		t.Errorf("one path alone: %+v, %v", c.file.escalation, err)
	}
}

// TestRofPingsItsDeadMansSwitch runs the whole of serve.
func TestRofPingsItsDeadMansSwitch(t *testing.T) {
	pinged := make(chan string, 16)
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case pinged <- r.Method + " " + r.URL.Path:
		default:
		}
	}))
	defer srv.Close()
	p := serving(t, sqliteDB(t), "ROF_CONFIG="+write(t, "deadman: {url: "+srv.URL+"/ping/1, every: 10s}\n"))
	select {
	case got := <-pinged:
		if got != "GET /ping/1" {
			t.Errorf("got %s", got)
		}
	case <-time.After(20 * time.Second):
		t.Error("no ping")
	}
	p.stop()
}
