package source_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"text/template"

	"ragoffire/engine"
	"ragoffire/webhook/source"
)

// section is a section of docs/sources.md, by its heading.
func section(t *testing.T, heading string) string {
	t.Helper()
	b, err := os.ReadFile("../../docs/sources.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(b), "\n## "+heading+"\n")
	if !ok {
		t.Fatalf("docs/sources.md has no section %s", heading)
	}
	text, _, _ := strings.Cut(rest, "\n## ")
	return text
}

// block is the first block of a section that is written in a language.
func block(t *testing.T, heading, language string) string {
	t.Helper()
	_, rest, ok := strings.Cut(section(t, heading), "\n```"+language+"\n")
	if !ok {
		t.Fatalf("section %s has no block of %s", heading, language)
	}
	text, _, _ := strings.Cut(rest, "\n```")
	return text
}

// fill replaces a sender's placeholders as it does; what it has no value for is
// left as it is, or empty.
func fill(text, placeholder string, values map[string]string, left func(string) string) string {
	re := regexp.MustCompile(placeholder)
	return re.ReplaceAllStringFunc(text, func(found string) string {
		name := re.FindStringSubmatch(found)[1]
		if v, ok := values[name]; ok {
			return v
		}
		return left(found)
	})
}

func keepIt(s string) string { return s }
func emptyIt(string) string  { return "" }
func quoted(v any) string    { b, _ := json.Marshal(v); return string(b) }
func withText(m map[string]string, k, v string) map[string]string {
	out := map[string]string{k: v}
	for key, value := range m {
		if key != k {
			out[key] = value
		}
	}
	return out
}

// TestTheBodiesOfTheDocsAreUnderstood fills the bodies that people paste as
// their senders do, for an alert that fires and for its end.
func TestTheBodiesOfTheDocsAreUnderstood(t *testing.T) {
	datadog := map[string]string{
		"ALERT_ID": "90417", "ALERT_TRANSITION": "Triggered", "ALERT_PRIORITY": "P2", "ALERT_TITLE": `[Triggered] A \"quoted\" title`, "EVENT_TITLE": `[Triggered] A \"quoted\" title`,
		"ALERT_SCOPE": "service:basket", "TAGS": "service:basket,env:prod", "DATE": "1772420706000", "TEXT_ONLY_MSG": `two\nlines`, "ALERT_QUERY": "avg(last_5m):avg:errors{*} > 5",
	}
	zabbix := map[string]string{
		"EVENT.ID": "10528", "EVENT.VALUE": "1", "EVENT.UPDATE.STATUS": "0", "EVENT.ACK.STATUS": "No", "EVENT.NSEVERITY": "4", "EVENT.NAME": "Load is high", "HOST.NAME": "db-1",
		"TRIGGER.ID": "14032", "EVENT.OPDATA": "12.5", "ITEM.VALUE": "12.5", "EVENT.TAGSJSON": `[{"tag":"service","value":"basket"},{"tag":"env","value":"prod"}]`, "EVENT.TIMESTAMP": "1772420706",
		"$ZABBIX.URL": "https://zabbix.example.com",
	}
	kibana := map[string]string{
		"rule.id": "3c1a", "rule.name": "Basket latency", "alert.id": "basket_prod", "alert.uuid": "9a1f", "alert.actionGroup": "threshold_met", "alert.consecutiveMatches": "1",
		"context.reason": "slow", "date": "2026-03-02T03:05:06Z", "rule.tags": "apm,env:prod", "context.serviceName": "basket", "context.value": "1.9", "context.threshold": "1.5",
	}
	dynatrace := map[string]string{
		"State": "OPEN", "ProblemID": "P-1", "PID": "-55_V2", "ProblemTitle": "Failure rate", "ProblemSeverity": "ERROR", "Tags": "env:prod",
		"ImpactedEntities": `[{"type":"SERVICE","name":"basket","entity":"SERVICE-1"}]`, "ProblemDetailsText": "12 % fail",
	}
	checkly := map[string]string{
		"ALERT_TITLE": "Basket has failed", "ALERT_TYPE": "ALERT_FAILURE", "CHECK_NAME": "Basket", "GROUP_NAME": "basket", "CHECK_ID": "11bb", "STARTED_AT": "2026-03-02T03:05:06Z", "TAGS": "env:prod", "RESPONSE_TIME": "12",
	}
	for _, c := range []struct {
		heading, kind string
		render        func(values map[string]string) string
		values        map[string]string
		key, end      string // what changes when it is over
	}{
		{"Datadog", "datadog", func(v map[string]string) string {
			return fill(block(t, "Datadog", "json"), `\$([A-Z_]+)`, v, keepIt)
		}, datadog, "ALERT_TRANSITION", "Recovered"},
		{"Zabbix", "zabbix", func(v map[string]string) string {
			parameters := make(map[string]string)
			for _, row := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\| `(.+)` \\|$").FindAllStringSubmatch(section(t, "Zabbix"), -1) {
				parameters[row[1]] = fill(row[2], `\{([A-Z.$]+)\}`, v, keepIt)
			}
			delete(parameters, "token")
			delete(parameters, "URL")
			return quoted(parameters)
		}, zabbix, "EVENT.VALUE", "0"},
		{"Kibana", "kibana", func(v map[string]string) string {
			return fill(block(t, "Kibana", "json"), `\{\{([\w.]+)\}\}`, v, emptyIt)
		}, kibana, "alert.actionGroup", "recovered"},
		{"Dynatrace", "dynatrace", func(v map[string]string) string {
			return fill(block(t, "Dynatrace", "json"), `\{([A-Za-z]+)\}`, v, keepIt)
		}, dynatrace, "State", "RESOLVED"},
		{"Checkly", "checkly", func(v map[string]string) string {
			return fill(block(t, "Checkly", "json"), `\{\{([A-Z_]+)\}\}`, v, emptyIt)
		}, checkly, "ALERT_TYPE", "ALERT_RECOVERY"},
		{"Honeycomb", "honeycomb", func(v map[string]string) string {
			return honeycomb(t, block(t, "Honeycomb", ""), v["status"])
		}, map[string]string{"status": "TRIGGERED"}, "status", "OK"},
	} {
		t.Run(c.heading, func(t *testing.T) {
			fired := parse(t, source.Kinds()[c.kind], c.render(c.values))[0]
			over := parse(t, source.Kinds()[c.kind], c.render(withText(c.values, c.key, c.end)))[0]
			invariants(t, []engine.Alert{fired, over})
			equal(t, "status", fired.Status, engine.Firing)
			equal(t, "status at the end", over.Status, engine.AlertResolved)
			equal(t, "fingerprint at the end", over.Fingerprint, fired.Fingerprint)
			equal(t, "service", fired.Service, "basket")
			equal(t, "environment", fired.Environment, "prod")
			if fired.Title == "" || fired.Fingerprint == "" || strings.ContainsAny(fired.Title+fired.Fingerprint+fired.Description, "{}$") {
				t.Errorf("title %q, fingerprint %q, description %q", fired.Title, fired.Fingerprint, fired.Description)
			}
			if fired.StartedAt.IsZero() && c.kind != "dynatrace" { // which says no time
				t.Error("no time")
			}
		})
	}
}

// honeycomb fills its template, which is one of Go's.
func honeycomb(t *testing.T, text, status string) string {
	t.Helper()
	type pair struct{ Key, Value any }
	type group struct {
		Group  []pair
		Result float64
	}
	tmpl, err := template.New("").Funcs(template.FuncMap{"toJson": quoted}).Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := tmpl.Execute(&b, map[string]any{
		"ID": "hC9x", "Name": `"Basket" errors`, "Description": "too many", "Operator": "greater than", "Threshold": 10.5, "Environment": "prod", "Datasets": []string{"shop"},
		"URL": "https://ui.honeycomb.example/t/hC9x", "Alert": map[string]any{"Status": status, "InstanceID": "in-1", "Timestamp": "2026-03-02T03:05:06Z", "IsTest": false},
		"Result": map[string]any{"URL": "https://ui.honeycomb.example/r/1", "GroupsTriggered": []group{{[]pair{{"service", "basket"}}, 42}}},
	}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestTheMappingOfTheDocsIsOne reads the config that the docs show.
func TestTheMappingOfTheDocsIsOne(t *testing.T) {
	text := section(t, "Anything else")
	_, rest, _ := strings.Cut(text, "```yaml\nmap:\n")
	shown, _, ok := strings.Cut(rest, "\n```")
	if !ok {
		t.Fatal("no mapping is shown")
	}
	a := parse(t, mapped(t, "generic", shown), `{"region":"eu","events":[{"headline":"basket: slow","check":{"id":7},"state":"burning","prio":9,"since":"2026-03-02T03:05:06Z","now":30,"usual":20,"tags":["team:shop"]}]}`)[0]
	equal(t, "fingerprint", a.Fingerprint, "7/eu")
	equal(t, "service", a.Service, "basket")
	equal(t, "severity", a.Severity, engine.SeverityCritical)
	equal(t, "spike", value(a.Spike), 50)
	equal(t, "region", a.Labels["region"], "eu")
	equal(t, "links", len(a.Links), 1)
	for _, key := range []string{"absent", "acknowledge", "at", "expires", "repeat", "resolve", "component", "error_type", "external_id", "group_key", "reason", "ended_at", "threshold", "comparator", "unit"} {
		if !regexp.MustCompile(`\b` + key + `\b`).MatchString(text) {
			t.Errorf("the docs do not name %s", key)
		}
	}
}

// TestTheZabbixScriptPostsItsParameters runs the script as Zabbix does.
func TestTheZabbixScriptPostsItsParameters(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("no Node.js")
	}
	const around = `
let code = 202, sent = null;
globalThis.HttpRequest = class {
  headers = [];
  addHeader(h) { this.headers.push(h); }
  post(url, body) { sent = {url, body, headers: this.headers}; }
  getStatus() { return code; }
};
const script = new Function("value", %s);
const value = JSON.stringify({URL: "https://rof.example.com/webhooks/zabbix", token: "secret-1", name: "Load", event_value: "1"});
const answer = script(value);
const first = sent;
code = 503;
let thrown = "";
try { script(value); } catch (e) { thrown = String(e); }
console.log(JSON.stringify({answer, sent: first, thrown}));`
	out, err := exec.CommandContext(t.Context(), "node", "-e", fmt.Sprintf(around, quoted(block(t, "Zabbix", "js")))).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	equal(t, "what it did", strings.TrimSpace(string(out)), `{"answer":"OK","sent":{"url":"https://rof.example.com/webhooks/zabbix","body":"{\"name\":\"Load\",\"event_value\":\"1\"}",`+
		`"headers":["Content-Type: application/json","Authorization: Bearer secret-1"]},"thrown":"rof answered 503"}`)
}
