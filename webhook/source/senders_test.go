package source_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/webhook/source"
)

// delivery is a fixture, what it was sent with and what it should become, one
// line an alert or change.
type delivery struct {
	file, kind, header string
	want               []string
}

func senders() []delivery {
	const (
		pool = "PoolExhausted: no connection within 5 s"
	)
	return []delivery{
		{"grafana-firing.json", "grafana", "", []string{
			"firing high service=cart title=Cart queue is 840 deep fp=5f00aa11bb22cc33 2026-04-01T00:10:20.123456Z.. value=840 threshold=500",
			"resolved high service=cart title=Cart queue is 840 deep fp=5f00aa11bb22cc44 2026-04-01T00:05:00Z..2026-04-01T00:12:30Z value=12.5 threshold=500",
		}},
		{"grafana-resolved.json", "grafana", "", []string{
			"resolved high service=cart title=Cart queue is 840 deep fp=5f00aa11bb22cc33 2026-04-01T00:10:20.123456Z..2026-04-01T00:40:00Z threshold=500",
		}},
		{"grafana-nodata.json", "grafana", "", []string{"firing unknown service=Shop title=No data: CartQueueDepth fp=77aa 2026-04-01T00:00:00Z.. reason=no data"}},
		{"grafana-legacy-alerting.json", "grafana", "", []string{"firing medium service=database title=Disk of the database fp=41 .. value=91.5"}},
		{"grafana-legacy-ok.json", "grafana", "", []string{"resolved medium service=database title=Disk of the database fp=41 .."}},

		{"pagerduty-triggered.json", "pagerduty", "", []string{"firing high service=cart title=Cart answers with 503 fp=Q1CART 2026-04-02T01:00:00Z.. reason=incident.triggered"}},
		{"pagerduty-acknowledged.json", "pagerduty", "", []string{"acknowledged high service=cart title=Cart answers with 503 fp=Q1CART 2026-04-02T01:00:00Z.. reason=incident.acknowledged"}},
		{"pagerduty-unacknowledged.json", "pagerduty", "", []string{"firing high service=cart title=Cart answers with 503 fp=Q1CART 2026-04-02T01:00:00Z.. reason=incident.unacknowledged"}},
		{"pagerduty-priority.json", "pagerduty", "", []string{"acknowledged critical service=cart title=Cart answers with 503 fp=Q1CART 2026-04-02T01:00:00Z.. reason=incident.priority_updated"}},
		{"pagerduty-resolved.json", "pagerduty", "", []string{"resolved high service=cart title=Cart answers with 503 fp=Q1CART 2026-04-02T01:00:00Z..2026-04-02T02:00:00Z reason=incident.resolved"}},
		{"pagerduty-reopened.json", "pagerduty", "", []string{"firing high service=cart title=Cart answers with 503 fp=Q1CART 2026-04-02T02:03:00Z.. reason=incident.reopened"}},
		{"pagerduty-note.json", "pagerduty", "", []string{"remark PNOTE on Q1CART by Ann at 2026-04-02T01:10:00Z: rolled back"}},
		{"pagerduty-ping.json", "pagerduty", "", nil},

		{"pagerduty-events-trigger.json", "pagerduty-events", "", []string{"firing high service=cart title=Pool of cart is exhausted fp=cart/db-pool 2026-04-03T10:20:30.5Z.. value=200 threshold=180 spike=100"}},
		{"pagerduty-events-acknowledge.json", "pagerduty-events", "", []string{"acknowledged unknown service= title= fp=cart/db-pool .."}},
		{"pagerduty-events-resolve.json", "pagerduty-events", "", []string{"resolved high service= title=Pool of cart is fine fp=cart/db-pool ..2026-04-03T10:30:00Z"}},
		{"pagerduty-events-change.json", "pagerduty-events", "", []string{"change cart prod 81 by ann at 2026-04-03T10:15:00Z: Build 81 of cart deployed https://ci.shop.example/81"}},

		{"cloudwatch-alarm.json", "cloudwatch", "", []string{"firing critical service=AWS/RDS title=cart-db-connections-critical fp=222233334444/eu-central-1/cart-db-connections-critical 2026-04-04T05:06:07.089Z.. value=197.5 threshold=180"}},
		{"cloudwatch-ok.json", "cloudwatch", "", []string{"resolved critical service=AWS/RDS title=cart-db-connections-critical fp=222233334444/eu-central-1/cart-db-connections-critical ..2026-04-04T05:20:07.089Z value=90 threshold=180"}},
		{"cloudwatch-insufficient.json", "cloudwatch", "", []string{"firing unknown service=AWS/RDS title=cart-db-connections-critical fp=222233334444/eu-central-1/cart-db-connections-critical 2026-04-04T06:00:00Z.. threshold=180 reason=no data"}},
		{"cloudwatch-composite.json", "cloudwatch", "", []string{"firing high service= title=cart is down fp=222233334444/eu-central-1/cart is down 2026-04-04T05:06:07.089Z.."}},
		{"cloudwatch-math.json", "cloudwatch", "", []string{"firing high service=checkout title=checkout-5xx-share fp=222233334444/eu-central-1/checkout-5xx-share 2026-04-04T05:06:07.089Z.. value=0.07 threshold=0.05"}},
		{"cloudwatch-subscribe.json", "cloudwatch", "", nil},

		{"sentry-event.json", "sentry", "Sentry-Hook-Resource: event_alert", []string{"firing critical service=cart title=" + pool + " fp=issue:55501 2026-04-05T07:08:09.123456Z.."}},
		{"sentry-issue-resolved.json", "sentry", "Sentry-Hook-Resource: issue", []string{"resolved critical service=cart title=" + pool + " fp=issue:55501 .."}},
		{"sentry-metric-critical.json", "sentry", "Sentry-Hook-Resource: metric_alert", []string{"firing critical service=cart title=Errors of cart fp=metric:9 2026-04-05T06:59:00Z.. value=1240 threshold=1000"}},
		{"sentry-metric-resolved.json", "sentry", "", []string{"resolved unknown service=cart title=Errors of cart fp=metric:9 2026-04-05T06:59:00Z..2026-04-05T07:30:00Z value=1240"}},
		{"sentry-installation.json", "sentry", "Sentry-Hook-Resource: installation", nil},

		{"cloudevents-firing.json", "cloudevents", "", []string{"firing critical service=cart title=Pool of cart is exhausted fp=/monitoring/cart#cart/pool 2026-04-06T06:09:10.5Z.. value=200 threshold=180"}},
		{"cloudevents-resolved.json", "cloudevents", "", []string{"resolved unknown service=cart title=Pool of cart is fine fp=/monitoring/cart#cart/pool ..2026-04-06T06:30:00Z"}},
		{"cloudevents-batch.json", "cloudevents", "", []string{
			"firing critical service=cart title=Pool of cart is exhausted fp=/monitoring/cart#cart/pool 2026-04-06T06:09:10.5Z.. value=200 threshold=180",
			"firing unknown service=cart title=cart/pool fp=/monitoring/cart#cart/pool 2026-04-06T06:09:10.5Z..",
			"resolved unknown service=cart title=from bytes fp= ..2026-04-06T06:09:10.5Z",
			"deploy cart  81 by ann at 2026-04-06T06:09:10.5Z: deploy/81 ",
		}},

		{"github-deployment.json", "github", "X-GitHub-Event: deployment", []string{"deploy cart production 4f1c2e00000000000000000000000000000000ab by deploy-bot at 2026-04-07T09:00:00Z: deploy cart to production https://github.example/shop/cart"}},
		{"github-deployment-success.json", "github", "", []string{"deploy cart production 4f1c2e00000000000000000000000000000000ab by deploy-bot at 2026-04-07T09:03:00Z: deploy cart to production succeeded: Rolled out https://ci.shop.example/7001"}},
		{"github-deployment-inactive.json", "github", "", nil},
		{"github-push.json", "github", "X-GitHub-Event: push", []string{"push cart  4f1c2e00000000000000000000000000000000ab by ann at 2026-04-07T08:20:00Z: Raise the pool to 200 https://github.example/shop/cart/compare/a...b"}},
		{"github-push-branch.json", "github", "", nil},
		{"github-workflow.json", "github", "X-GitHub-Event: workflow_run", []string{"build cart  4f1c2e00000000000000000000000000000000ab by ann at 2026-04-07T08:55:00Z: Release failed: Raise the pool to 200 https://github.example/shop/cart/actions/runs/900"}},
		{"github-ping.json", "github", "X-GitHub-Event: ping", nil},

		{"gitlab-deployment.json", "gitlab", "", []string{"deploy cart production 4f1c2e00 by ann at 2026-04-08T09:50:00Z: deploy cart to production succeeded: Raise the pool to 200 https://gitlab.shop.example/shop/cart/-/jobs/796"}},
		{"gitlab-pipeline.json", "gitlab", "", []string{"build cart  4f1c2e00000000000000000000000000000000ab by ann at 2026-04-08T09:26:29Z: pipeline failed: Raise the pool to 200 https://gitlab.shop.example/shop/cart/-/pipelines/31"}},
		{"gitlab-push.json", "gitlab", "", []string{"push cart  4f1c2e00000000000000000000000000000000ab by ann at : Raise the pool to 200 https://gitlab.shop.example/shop/cart/-/commit/4f"}},
		{"gitlab-issue.json", "gitlab", "", nil},
	}
}

// told is what became of a body, a line each.
func told(d engine.Delivery) []string {
	when := func(t *time.Time) string {
		if t == nil || t.IsZero() {
			return ""
		}
		return t.Truncate(time.Microsecond).Format(time.RFC3339Nano)
	}
	var out []string
	for _, a := range d.Alerts {
		s := fmt.Sprintf("%s %s service=%s title=%s fp=%s %s..%s", a.Status, a.Severity, a.Service, a.Title, a.Fingerprint, when(&a.StartedAt), when(a.EndedAt))
		for _, f := range []struct {
			name  string
			value *float64
		}{{"value", a.Value}, {"threshold", a.Threshold}, {"spike", a.Spike}} {
			if f.value != nil {
				s += fmt.Sprintf(" %s=%v", f.name, *f.value)
			}
		}
		if a.Reason != "" {
			s += " reason=" + a.Reason
		}
		out = append(out, s)
	}
	for _, c := range d.Changes {
		out = append(out, fmt.Sprintf("%s %s %s %s by %s at %s: %s %s", c.Kind, c.Service, c.Environment, c.Ref, c.Actor, when(&c.At), c.Title, c.URL))
	}
	for _, r := range d.Remarks {
		out = append(out, fmt.Sprintf("remark %s on %s by %s at %s: %s", r.ID, r.Fingerprint, r.Actor, when(&r.At), r.Text))
	}
	return out
}

func headers(text string) http.Header {
	h := make(http.Header)
	if name, value, ok := strings.Cut(text, ": "); ok {
		h.Set(name, value)
	}
	return h
}

func TestSendersBodiesBecomeAlertsAndChanges(t *testing.T) {
	for _, d := range senders() {
		t.Run(d.file, func(t *testing.T) {
			p, err := source.Kinds()[d.kind](source.Input{Source: "test", Body: fixture(t, d.file), Header: headers(d.header)})
			if err != nil || len(p.Bad) > 0 {
				t.Fatalf("error %v, bad %v", err, p.Bad)
			}
			invariants(t, p.Delivery.Alerts)
			got := told(p.Delivery)
			if len(got) != len(d.want) {
				t.Fatalf("got %q\nwant %q", got, d.want)
			}
			for n := range got {
				equal(t, "line", got[n], d.want[n])
			}
			if len(d.want) == 0 {
				equal(t, "ignored", p.Ignored, 1)
			}
		})
	}
}

// samples are bodies of real senders, where they are at hand.
var samples = []struct{ pattern, kind string }{
	{"grafana-*.json", "grafana"},
	{"captured-grafana-*.txt", "grafana"},
	{"pagerduty-v3-*.json", "pagerduty"},
	{"pagerduty-events-*.json", "pagerduty-events"},
	{"pagerduty-change-*.json", "pagerduty-events"},
	{"aws-*.json", "cloudwatch"},
	{"sentry-*.json", "sentry"},
	{"cloudevents-*", "cloudevents"},
	{"github-*.json", "github"},
	{"gitlab-*.json", "gitlab"},
}

// sampled reads the samples of a kind.
func sampled(t testing.TB, kind string) map[string]source.Input {
	out := make(map[string]source.Input)
	for _, s := range samples {
		files, err := filepath.Glob(filepath.Join("..", "..", "..", "shared", "webhooks", s.pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			in := source.Input{Source: "test", Body: b, Header: make(http.Header)}
			if strings.HasSuffix(f, ".txt") {
				in.Header, in.Body = request(t, b)
			}
			if s.kind == kind {
				out[filepath.Base(f)] = in
			}
		}
	}
	return out
}

// request reads a recorded request; some end before the length that they state.
func request(t testing.TB, raw []byte) (http.Header, []byte) {
	t.Helper()
	head, body, ok := bytes.Cut(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\n\n"))
	if !ok {
		t.Fatal("no body")
	}
	r, err := http.ReadRequest(bufio.NewReader(io.MultiReader(bytes.NewReader(head), strings.NewReader("\n\n"))))
	if err != nil {
		t.Fatal(err)
	}
	return r.Header, body
}

func TestSendersSamplesAreRead(t *testing.T) {
	quiet := map[string]bool{"aws-sns-subscription-confirmation-docs.json": true, "pagerduty-v3-service-updated-docs.json": true}
	seen := 0
	for kind, parse := range source.Kinds() {
		for name, in := range sampled(t, kind) {
			seen++
			t.Run(name, func(t *testing.T) {
				p, err := parse(in)
				if err != nil || len(p.Bad) > 0 {
					t.Fatalf("error %v, bad %v", err, p.Bad)
				}
				invariants(t, p.Delivery.Alerts)
				for _, line := range told(p.Delivery) {
					t.Log(line)
				}
				equal(t, "nothing in it", len(told(p.Delivery)) == 0, quiet[name])
			})
		}
	}
	if seen == 0 {
		t.Skip("no samples here")
	}
}

func TestSendersSayMoreThanTheModelNeeds(t *testing.T) {
	read := func(t *testing.T, kind, file string) source.Parsed {
		t.Helper()
		p, err := source.Kinds()[kind](source.Input{Source: "test", Body: fixture(t, file)})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	t.Run("Grafana's relative addresses become whole", func(t *testing.T) {
		p := read(t, "grafana", "grafana-firing.json")
		equal(t, "links", fmt.Sprint(p.Delivery.Alerts[0].Links), "[{source https://grafana.shop.example/alerting/grafana/bdq1cart/view?orgId=1} {dashboard https://grafana.shop.example/d/cart} "+
			"{panel https://grafana.shop.example/d/cart?viewPanel=2} {silence https://grafana.shop.example/alerting/silence/new?alertmanager=grafana} {runbook https://runbooks.shop.example/cart-queue}]")
		equal(t, "first of the second", p.Delivery.Alerts[1].Links[0].URL, "https://grafana.shop.example/?orgId=1")
		equal(t, "truncated", p.Delivery.Truncated, 2)
		equal(t, "group", p.Delivery.Alerts[0].GroupKey, `{}:{alertname="CartQueueDepth"}`)
		equal(t, "rule", p.Delivery.Alerts[0].ExternalID, "bdq1cart")
	})
	t.Run("Grafana's groups of everything are none", func(t *testing.T) {
		equal(t, "group", read(t, "grafana", "grafana-nodata.json").Delivery.Alerts[0].GroupKey, "")
	})
	t.Run("Grafana's tests end by themselves", func(t *testing.T) {
		for body, want := range map[string]time.Duration{
			`{"alerts":[{"status":"firing","labels":{"alertname":"TestAlert","instance":"Grafana"},"fingerprint":"57"}]}`:                                                                           10 * time.Minute,
			`{"alerts":[{"status":"firing","labels":{"alertname":"TestAlert","instance":"Grafana"},"fingerprint":"57"},{"status":"firing","labels":{"alertname":"CartQueue"},"fingerprint":"58"}]}`: 0,
			`{"alerts":[{"status":"firing","labels":{"alertname":"TestAlert","instance":"cart-1"},"fingerprint":"59"}]}`:                                                                            0,
			`{"ruleId":0,"ruleName":"Test notification","state":"alerting","title":"[Alerting] Test notification"}`:                                                                                 10 * time.Minute,
			`{"ruleId":7,"ruleName":"Test notification","state":"alerting"}`:                                                                                                                        0,
		} {
			p, err := source.Grafana(source.Input{Source: "test", Body: []byte(body)})
			if err != nil || len(p.Delivery.Alerts) == 0 {
				t.Fatalf("%s: %+v, %v", body, p.Delivery, err)
			}
			equal(t, body, p.Delivery.Expire, want)
		}
	})
	t.Run("what a metric counts is no unit where it is a function", func(t *testing.T) {
		for text, want := range map[string]string{
			"470 p95(transaction.duration) in the last 10 minutes": "470 ", "12 count_unique(user) in the last hour": "12 ",
			"1,000 events in the last 10 minutes": "1000 events", "5.5% sessions crashed": "5.5 %",
		} {
			body := `{"action":"critical","data":{"metric_alert":{"id":"1"},"description_text":"` + text + `"}}`
			p, err := source.Sentry(source.Input{Source: "test", Body: []byte(body), Header: http.Header{"Sentry-Hook-Resource": {"metric_alert"}}})
			if err != nil {
				t.Fatal(err)
			}
			equal(t, text, fmt.Sprintf("%v %s", *p.Delivery.Alerts[0].Value, p.Delivery.Alerts[0].Unit), want)
		}
	})
	t.Run("a page's answer names what it can be resolved by", func(t *testing.T) {
		equal(t, "answer", fmt.Sprint(read(t, "pagerduty-events", "pagerduty-events-trigger.json").Answer), "map[dedup_key:cart/db-pool message:Event processed status:success]")
		equal(t, "answer", fmt.Sprint(read(t, "pagerduty-events", "pagerduty-events-change.json").Answer), "map[message:Change event processed status:success]")
		one, err := source.PagerDutyEvents(source.Input{Source: "test", Body: []byte(`{"event_action":"trigger","payload":{"summary":"91% full","source":"db"}}`)})
		if err != nil {
			t.Fatal(err)
		}
		two, err := source.PagerDutyEvents(source.Input{Source: "test", Body: []byte(`{"event_action":"trigger","payload":{"summary":"97% full","source":"db"}}`)})
		if err != nil {
			t.Fatal(err)
		}
		key := one.Answer.(map[string]string)["dedup_key"]
		if key == "" || key != one.Delivery.Alerts[0].Fingerprint || key != two.Delivery.Alerts[0].Fingerprint {
			t.Errorf("key %q for %q and %q", key, one.Delivery.Alerts[0].Fingerprint, two.Delivery.Alerts[0].Fingerprint)
		}
	})
	t.Run("an alarm leads to its page at Amazon", func(t *testing.T) {
		a := read(t, "cloudwatch", "cloudwatch-alarm.json").Delivery.Alerts[0]
		equal(t, "links", fmt.Sprint(a.Links), "[{source https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#alarmsV2:alarm/cart-db-connections-critical}]")
		equal(t, "component", a.Component, "DBInstanceIdentifier=cart-db")
		equal(t, "comparator", a.Comparator, "gt")
	})
	t.Run("a subscription asks to be confirmed", func(t *testing.T) {
		p := read(t, "cloudwatch", "cloudwatch-subscribe.json")
		if !strings.HasPrefix(p.Confirm, "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription") {
			t.Errorf("confirm = %q", p.Confirm)
		}
	})
	t.Run("a topic's other messages are kept as unread", func(t *testing.T) {
		body := strings.Replace(string(fixture(t, "cloudwatch-subscribe.json")), "SubscriptionConfirmation", "Notification", 1)
		p, err := source.CloudWatch(source.Input{Source: "test", Body: []byte(body)})
		if err != nil || len(p.Bad) != 1 || len(p.Raw) != 1 || len(p.Delivery.Alerts) != 0 {
			t.Fatalf("%+v, %v", p, err)
		}
		equal(t, "raw", p.Raw[0], `"You have chosen to subscribe."`)
	})
	t.Run("a form holds the same as its JSON", func(t *testing.T) {
		form := "payload=" + url.QueryEscape(string(fixture(t, "github-push.json")))
		p, err := source.GitHub(source.Input{Source: "test", Body: []byte(form), Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}})
		if err != nil || len(p.Delivery.Changes) != 1 {
			t.Fatalf("%+v, %v", p, err)
		}
	})
	t.Run("a deployment's payload may be anything", func(t *testing.T) {
		for payload, service := range map[string]string{`""`: "cart", `"{\"service\":\"pay\"}"`: "cart", `[]`: "cart", `null`: "cart", `{"service":"pay"}`: "pay", `{"service":null,"n":1}`: "cart"} {
			body := `{"deployment":{"id":7,"sha":"4f1c2e","environment":"prod","payload":` + payload + `},"repository":{"name":"cart"}}`
			p, err := source.GitHub(source.Input{Source: "test", Body: []byte(body), Header: http.Header{"X-Github-Event": {"deployment"}}})
			if err != nil || len(p.Delivery.Changes) != 1 {
				t.Errorf("%s: %+v, %v", payload, p.Delivery, err)
				continue
			}
			equal(t, payload, p.Delivery.Changes[0].Service, service)
		}
	})
	t.Run("one commit pushed to two repositories is two changes", func(t *testing.T) {
		for kind, body := range map[string]string{
			"github": `{"ref":"refs/heads/main","after":"4f1c2e","repository":{"name":"cart","default_branch":"main"}}`,
			"gitlab": `{"object_kind":"push","ref":"refs/heads/main","checkout_sha":"4f1c2e","project":{"path_with_namespace":"shop/cart","default_branch":"main"}}`,
		} {
			push := func(body string) string {
				p, err := source.Kinds()[kind](source.Input{Source: "test", Body: []byte(body), Header: http.Header{"X-Github-Event": {"push"}}})
				if err != nil || len(p.Delivery.Changes) != 1 {
					t.Fatalf("%s: %+v, %v", kind, p, err)
				}
				return p.Delivery.Changes[0].ID
			}
			if mirror := strings.Replace(body, "cart", "mirror", 1); push(body) == push(mirror) {
				t.Errorf("%s: %s", kind, push(body))
			}
		}
	})
	t.Run("a deployment's states are one change", func(t *testing.T) {
		one, two := read(t, "github", "github-deployment.json"), read(t, "github", "github-deployment-success.json")
		equal(t, "id", one.Delivery.Changes[0].ID, two.Delivery.Changes[0].ID)
	})
	t.Run("an event may hold several alerts", func(t *testing.T) {
		for data, want := range map[string]string{
			`{"alerts":[{"title":"a","fingerprint":"1"},{"title":"b","status":"resolved"}]}`: "[firing unknown service=cart title=a fp=1 .. resolved unknown service=cart title=b fp= ..] id=[/m/cart\x00e/0 /m/cart\x00e/1]",
			`[{"title":"a"}]`: "[firing unknown service=cart title=a fp=/m/cart#s ..] id=[/m/cart\x00e]",
			`["a","b"]`:       "[firing unknown service=cart title=s fp=/m/cart#s ..] id=[/m/cart\x00e]",
			`[{"kind":"deploy","service":"x","title":"d"},{"title":"a"}]`: "[firing unknown service=cart title=a fp= .. deploy x   by  at : d ] id=[/m/cart\x00e/1]",
		} {
			event := `{"specversion":"1.0","id":"e","source":"/m/cart","subject":"s","type":"t","data":` + data + `}`
			p, err := source.CloudEvents(source.Input{Source: "test", Body: []byte(event)})
			if err != nil {
				t.Fatalf("%s: %v", data, err)
			}
			equal(t, data, fmt.Sprintf("%v id=%v", told(p.Delivery), p.Delivery.IDs), want)
		}
		p, err := source.CloudEvents(source.Input{Source: "test", Body: []byte(`{"specversion":"1.0","id":"e","source":"/m","type":"t","data":{"alerts":[{"title":"a"},{"title":7}]}}`)})
		if err != nil || len(p.Delivery.Alerts) != 1 || len(p.Bad) != 1 {
			t.Errorf("one that cannot be read: %+v, %v", p, err)
		}
	})
	t.Run("what an event says of itself tells it from others", func(t *testing.T) {
		read := func(event string) engine.Delivery {
			p, err := source.CloudEvents(source.Input{Source: "test", Body: []byte(`{"specversion":"1.0","id":"1",` + event + `}`)})
			if err != nil {
				t.Fatal(err)
			}
			return p.Delivery
		}
		one, two := read(`"source":"/ci/a","type":"app.deployed","data":{"service":"a"}`), read(`"source":"/ci/b","type":"app.deployed","data":{"service":"b"}`)
		if one.Changes[0].ID == two.Changes[0].ID {
			t.Error("changes of two sources are one")
		}
		began, over := read(`"source":"/m/cart","type":"com.example.queue.firing.v1"`), read(`"source":"/m/cart","type":"com.example.queue.resolved.v1"`)
		equal(t, "its title", began.Alerts[0].Title, "com.example.queue")
		equal(t, "the end's", over.Alerts[0].Title, "com.example.queue")
		over = read(`"source":"/m/cart","type":"t","time":"2026-04-06T06:30:00Z","data":{"status":"resolved","state":"ok"}`)
		equal(t, "its end", fmt.Sprint(over.Alerts[0].EndedAt), "2026-04-06 06:30:00 +0000 UTC")
	})
	t.Run("a binary event's attributes are in its headers", func(t *testing.T) {
		h := http.Header{"Content-Type": {"application/json"}}
		for k, v := range map[string]string{"specversion": "1.0", "id": "e%2D9", "source": "/monitoring/cart", "type": "com.example.alert.resolved", "subject": "cart/%C3%BC", "time": "2026-04-06T06:30:00Z", "traceparent": "x"} {
			h.Set("ce-"+k, v)
		}
		p, err := source.CloudEvents(source.Input{Source: "test", Body: []byte(`{"title":"fine"}`), Header: h})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "alert", told(p.Delivery)[0], "resolved unknown service=cart title=fine fp=/monitoring/cart#cart/ü ..2026-04-06T06:30:00Z")
		equal(t, "id", p.Delivery.Alerts[0].ExternalID, "e-9")
	})
}

func TestOfAlertsThatCannotBeReadTheRestGoesIn(t *testing.T) {
	p, err := source.Alertmanager(source.Input{Source: "am", Body: []byte(`{"alerts":[{"status":"firing","labels":{"alertname":"A"}},{"status":"firing","labels":7,"note":"` + strings.Repeat("ü", 9000) + `"}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "alerts", len(p.Delivery.Alerts), 1)
	equal(t, "raw", len(p.Raw), 1)
	if raw := p.Raw[0]; len(raw) > 8<<10 || !strings.HasPrefix(raw, `{"labels":7,`) || !strings.HasSuffix(raw, "…") {
		t.Errorf("raw of %d bytes: %.40s", len(raw), raw)
	}
}

func TestSendersRefuseWhatSaysNothing(t *testing.T) {
	for _, c := range []struct{ kind, body, field string }{
		{"grafana", `{}`, "alerts"},
		{"grafana", `{"ruleId":1,"state":"loud"}`, "state"},
		{"grafana", `{"ruleName":"x","state":"ok"}`, "ruleId"},
		{"pagerduty", `{}`, "event"},
		{"pagerduty", `{"event":{"event_type":"incident.triggered","data":{"type":"incident"}}}`, "event.data.id"},
		{"pagerduty", `{"event":[]}`, "event"},
		{"pagerduty-events", `{}`, "event_action"},
		{"pagerduty-events", `{"event_action":"resolve"}`, "dedup_key"},
		{"pagerduty-events", `{"event_action":"trigger","dedup_key":"a"}`, "payload.summary"},
		{"pagerduty-events", `{"payload":{"summary":"x"}}`, "payload.source"},
		{"cloudwatch", `{"AlarmName":"raw delivery"}`, "Type"},
		{"cloudwatch", `{"Type":7}`, "Type"},
		{"sentry", `{"action":"triggered","data":{}}`, "data"},
		{"sentry", `{"action":"triggered","data":{"event":{"title":"x"}}}`, "data.event.issue_id"},
		{"cloudevents", `{"type":"a"}`, "specversion"},
		{"cloudevents", `[{"specversion":"1.0","id":"1","source":"a","type":"b","data_base64":"*"}]`, "[0].data_base64"},
		{"github", `{"deployment":{"id":1}}`, "repository.name"},
		{"gitlab", `{}`, "object_kind"},
		{"gitlab", `{"object_kind":"deployment","status":"success","deployment_id":1}`, "project.path_with_namespace"},
	} {
		t.Run(c.kind+" "+c.body, func(t *testing.T) { invalid(t, source.Kinds()[c.kind], c.body, c.field) })
	}
}
