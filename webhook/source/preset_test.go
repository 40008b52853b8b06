package source_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/webhook/source"
)

const (
	begin = "2026-03-02T03:05:06"
	end   = "2026-03-02T03:15:06"
)

// preset is what a delivery becomes; of a file without an alert nothing.
type preset struct {
	file             string
	status           engine.AlertStatus
	severity         engine.Severity
	service          string
	environment      string
	component        string
	began, ended     string
	fingerprint      string
	name, title      string
	value, threshold float64 // -1: none
	comparator, unit string
	expire           time.Duration
}

func presets() []preset {
	const none = ""
	const vm7 = "Resource Health/subscriptions/s-1/resourcegroups/shop/providers/microsoft.compute/virtualmachines/vm-7"
	return []preset{
		{"datadog-triggered.json", engine.Firing, engine.SeverityHigh, "basket", "prod", "node-9", begin + "Z", none, "90417/service:basket,env:prod", "Basket p99 too high", "Basket p99 too high", -1, 1.5, "gt", none, 0},
		{"datadog-renotify.json", engine.Firing, engine.SeverityHigh, "basket", "prod", none, none, none, "90417/service:basket,env:prod", "Basket p99 too high", "Basket p99 too high", -1, -1, none, none, 0},
		{"datadog-recovered.json", engine.AlertResolved, engine.SeverityHigh, "basket", "prod", none, none, end + "Z", "90417/service:basket,env:prod", "Basket p99 too high", "Basket p99 too high", -1, -1, none, none, 0},
		{"newrelic-activated.json", engine.Firing, engine.SeverityHigh, "basket-api", none, none, begin + ".123Z", none, "0b7a4d52-9c11-4c55-8e0e-6a1f7a5f2b10", "Basket errors", "basket-api query result is > 2.5 for 5 minutes on 'Basket errors'", -1, 2.5, "gt", none, 0},
		{"newrelic-acknowledged.json", engine.AlertAcknowledged, engine.SeverityHigh, "basket-api", none, none, begin + ".123Z", none, "0b7a4d52-9c11-4c55-8e0e-6a1f7a5f2b10", none, "basket-api query result is > 2.5 for 5 minutes on 'Basket errors'", -1, 2.5, "gt", none, 0},
		{"newrelic-closed.json", engine.AlertResolved, engine.SeverityHigh, "basket-api", none, none, begin + ".123Z", end + ".456Z", "0b7a4d52-9c11-4c55-8e0e-6a1f7a5f2b10", none, "basket-api query result is > 2.5 for 5 minutes on 'Basket errors'", -1, 2.5, "gt", none, 0},
		{"newrelic-legacy-open.json", engine.Firing, engine.SeverityCritical, "basket", "prod", none, begin + ".789Z", none, "88123", "Basket apdex", "Basket apdex", -1, -1, none, none, 0},
		{"newrelic-legacy-closed.json", engine.AlertResolved, engine.SeverityCritical, "basket", "prod", none, none, end + "Z", "88123", "Basket apdex", "Basket apdex", -1, -1, none, none, 0},
		{"opsgenie-create.json", engine.Firing, engine.SeverityCritical, "basket", "prod", none, begin + ".288Z", none, "basket-errors", none, "Basket answers 500", -1, -1, none, none, 0},
		{"opsgenie-acknowledge.json", engine.AlertAcknowledged, engine.SeverityHigh, "basket", none, none, begin + ".288Z", none, "basket-errors", none, "Basket answers 500", -1, -1, none, none, 0},
		{file: "opsgenie-note.json"},
		{"opsgenie-close.json", engine.AlertResolved, engine.SeverityCritical, "basket", none, none, begin + ".288Z", end + ".288004211Z", "basket-errors", none, "Basket answers 500", -1, -1, none, none, 0},
		{"azure-metric-fired.json", engine.Firing, engine.SeverityHigh, "basket", "prod", "basket-2", begin + ".1234567Z", none, "9d2_shop_metricAlerts_basket-cpu_55", "basket-cpu", "basket-cpu", 93.25, 80, "gte", none, 0},
		{"azure-metric-resolved.json", engine.AlertResolved, engine.SeverityHigh, "basket", "prod", "basket-2", begin + ".1234567Z", end + ".7654321Z", "9d2_shop_metricAlerts_basket-cpu_55", "basket-cpu", "basket-cpu", 93.25, 80, "gte", none, 0},
		{"azure-log-v2.json", engine.Firing, engine.SeverityCritical, "basket", none, none, begin + ".1Z", none, "b7c1", "basket-errors", "basket-errors", 41, 5, "gt", none, 0},
		{"azure-log-v1.json", engine.Firing, engine.SeverityMedium, "ws-1", none, none, begin + ".12Z", none, "c0ffee", "old-errors", "old-errors", 2, 0, "gt", none, 0},
		{"azure-activity.json", engine.Firing, engine.SeverityInfo, "vm-7", none, none, begin + ".1234567Z", none, "d00d", "vm-deleted", "vm-deleted", -1, -1, none, none, 24 * time.Hour},
		{"azure-service-health.json", engine.Firing, engine.SeverityInfo, "Managed Disks", none, none, begin + ".1234567Z", none, "ServiceHealth/XY12-9Z0", "azure-itself", "azure-itself", -1, -1, none, none, 24 * time.Hour},
		{"azure-service-health-rca.json", engine.AlertResolved, engine.SeverityInfo, "Managed Disks", none, none, end + ".1234567Z", end + ".1234567Z", "ServiceHealth/XY12-9Z0", "azure-itself", "azure-itself", -1, -1, none, none, 24 * time.Hour},
		{"azure-resource-health.json", engine.Firing, engine.SeverityInfo, "vm-7", none, none, begin + ".1234567Z", none, vm7, "vm-health", "vm-health", -1, -1, none, none, 24 * time.Hour},
		{"azure-resource-health-resolved.json", engine.AlertResolved, engine.SeverityInfo, "vm-7", none, none, end + ".1234567Z", end + ".1234567Z", vm7, "vm-health", "vm-health", -1, -1, none, none, 24 * time.Hour},
		{"gcp-open.json", engine.Firing, engine.SeverityHigh, "basket", "prod", "Cloud Run Revision", begin + "Z", none, "0.n1abc", "Basket latency", "p99 above 1.5 s", 2.1, 1.5, "gt", none, 0},
		{"gcp-closed.json", engine.AlertResolved, engine.SeverityHigh, "basket", none, "cloud_run_revision", begin + "Z", end + "Z", "0.n1abc", "Basket latency", "p99 above 1.5 s", 0.4, -1, none, none, 0},
		{"gcp-v1.1.json", engine.Firing, engine.SeverityUnknown, "basket-85", none, "i-77", begin + "Z", none, "9e1c", "Hosts", "CPU usage", 61.5, 20, "gt", "%", 0},
		{file: "gcp-test.json"},
		{"zabbix-problem.json", engine.Firing, engine.SeverityHigh, "basket", "prod", "db-1.example.com", begin + "Z", none, "14032", "Load average is too high on db-1", "Load average is too high on db-1", 12.5, -1, none, none, 0},
		{"zabbix-acknowledged.json", engine.AlertAcknowledged, engine.SeverityHigh, none, none, "db-1.example.com", begin + "Z", none, "14032", "Load average is too high on db-1", "Load average is too high on db-1", -1, -1, none, none, 0},
		{"zabbix-recovery.json", engine.AlertResolved, engine.SeverityHigh, "basket", none, "db-1.example.com", begin + "Z", end + "Z", "14032", "Load average is too high on db-1", "Load average is too high on db-1", 1.25, -1, none, none, 0},
		{"zabbix-plain.json", engine.Firing, engine.SeverityLow, none, none, "db-1.example.com", none, none, "db-1.example.com/Agent on db-1 is unreachable", "Agent on db-1 is unreachable", "Agent on db-1 is unreachable", -1, -1, none, none, 0},
		{"uptime-kuma-down.json", engine.Firing, engine.SeverityUnknown, "basket", "prod", none, begin + ".789Z", none, "monitor/12", "basket", "basket: timeout of 48000ms exceeded", -1, -1, none, none, 0},
		{"uptime-kuma-resend.json", engine.Firing, engine.SeverityUnknown, "basket", "prod", none, none, none, "monitor/12", "basket", "basket: timeout of 48000ms exceeded", -1, -1, none, none, 0},
		{"uptime-kuma-up.json", engine.AlertResolved, engine.SeverityUnknown, "basket", "prod", none, none, end + ".012Z", "monitor/12", "basket", "basket: 200 - OK", -1, -1, none, none, 0},
		{file: "uptime-kuma-test.json"},
		{"uptime-kuma-certificate.json", engine.Firing, engine.SeverityUnknown, none, none, none, none, none, "[basket][https://basket.example.com] server certificate basket.example.com", "basket", "[basket][https://basket.example.com] server certificate basket.example.com will expire in 7 days", -1, -1, none, none, 24 * time.Hour},
		{"dynatrace-open.json", engine.Firing, engine.SeverityHigh, "basket", "prod", "SERVICE-00000000000000AA", none, none, "-5550000000000000001_1772420706000V2", "Failure rate increase", "Failure rate increase", -1, -1, none, none, 0},
		{"dynatrace-resolved.json", engine.AlertResolved, engine.SeverityHigh, "basket", none, none, none, none, "-5550000000000000001_1772420706000V2", "Failure rate increase", "Failure rate increase", -1, -1, none, none, 0},
		{"splunk.json", engine.Firing, engine.SeverityUnknown, "login", none, "web-3", begin + ".25Z", none, "shop/Failed logins/web-3/login", "Failed logins", "Failed logins", -1, -1, none, none, 2 * time.Hour},
		{"kibana-active.json", engine.Firing, engine.SeverityUnknown, "basket", "prod", "basket_prod", begin + ".789Z", none, "3c1a/basket_prod", "Basket latency", "Basket latency", 1.9, 1.5, none, none, 0},
		{"kibana-still.json", engine.Firing, engine.SeverityUnknown, "basket", "prod", "basket_prod", none, none, "3c1a/basket_prod", "Basket latency", "Basket latency", 2.9, 1.5, none, none, 0},
		{"kibana-recovered.json", engine.AlertResolved, engine.SeverityUnknown, none, none, "basket_prod", none, end + ".789Z", "3c1a/basket_prod", "Basket latency", "Basket latency", -1, -1, none, none, 0},
		{"honeycomb-triggered.json", engine.Firing, engine.SeverityUnknown, "basket", none, none, none, none, "hC9x", "Basket errors", "Basket errors", 42, 10, "gt", none, 0},
		{"honeycomb-two-groups.json", engine.Firing, engine.SeverityUnknown, none, "prod", none, begin + "Z", none, "hC9x", "Basket errors", "Basket errors", -1, 10, "gt", none, 0},
		{"honeycomb-ok.json", engine.AlertResolved, engine.SeverityUnknown, none, none, none, none, none, "hC9x", "Basket errors", "Basket errors", -1, 10, "gt", none, 0},
		{file: "honeycomb-test.json"},
		{"checkly-failure.json", engine.Firing, engine.SeverityHigh, "basket", "prod", none, begin + ".789Z", none, "11bb22cc-0000-4000-8000-00000000c4ec", "Basket API", "Basket API", 1258, -1, none, "ms", 0},
		{"checkly-remain.json", engine.Firing, engine.SeverityHigh, "basket", "prod", none, none, none, "11bb22cc-0000-4000-8000-00000000c4ec", "Basket API", "Basket API", 1258, -1, none, "ms", 0},
		{"checkly-recovery.json", engine.AlertResolved, engine.SeverityHigh, "basket", "prod", none, none, end + ".789Z", "11bb22cc-0000-4000-8000-00000000c4ec", "Basket API", "Basket API", 1258, -1, none, "ms", 0},
		{"checkly-degraded.json", engine.Firing, engine.SeverityMedium, "basket", "prod", none, begin + ".789Z", none, "11bb22cc-0000-4000-8000-00000000c4ec", "Basket API", "Basket API", 1258, -1, none, "ms", 0},
		{"checkly-degraded-recovery.json", engine.AlertResolved, engine.SeverityMedium, "basket", "prod", none, none, end + ".789Z", "11bb22cc-0000-4000-8000-00000000c4ec", "Basket API", "Basket API", 1258, -1, none, "ms", 0},
		{"checkly-ssl.json", engine.Firing, engine.SeverityUnknown, "basket", "prod", none, begin + ".789Z", none, "ALERT_SSL/11bb22cc-0000-4000-8000-00000000c4ec", "Basket API", "Basket API", 1258, -1, none, "ms", 24 * time.Hour},
		{"pingdom-down.json", engine.Firing, engine.SeverityHigh, "basket.example.com", "prod", "basket.example.com", begin + "Z", none, "441872", "Basket", "Basket: HTTP Error 503", -1, -1, none, none, 0},
		{"pingdom-up.json", engine.AlertResolved, engine.SeverityHigh, "basket.example.com", "prod", "basket.example.com", none, end + "Z", "441872", "Basket", "Basket: OK", -1, -1, none, none, 0},
		{"pingdom-failing.json", engine.Firing, engine.SeverityHigh, "basket.example.com", "prod", "basket.example.com", begin + "Z", none, "441872", "Basket", "Basket: Element not found", -1, -1, none, none, 0},
		{"pingdom-success.json", engine.AlertResolved, engine.SeverityHigh, "basket.example.com", "prod", "basket.example.com", none, end + "Z", "441872", "Basket", "Basket: OK", -1, -1, none, none, 0},
	}
}

// kindOf is the kind of source that a fixture's name begins with.
func kindOf(file string) string {
	best := ""
	for kind := range source.Kinds() {
		if strings.HasPrefix(file, kind) && len(kind) > len(best) {
			best = kind
		}
	}
	return best
}

func TestPresetsReadWhatTheirSendersSend(t *testing.T) {
	seen := make(map[string]bool)
	for _, c := range presets() {
		seen[kindOf(c.file)] = true
		t.Run(c.file, func(t *testing.T) {
			p, err := source.Kinds()[kindOf(c.file)](source.Input{Source: "test", Body: fixture(t, c.file)})
			if err != nil || len(p.Bad) > 0 {
				t.Fatalf("err = %v, bad = %v", err, p.Bad)
			}
			if c.status == "" {
				equal(t, "alerts", len(p.Delivery.Alerts), 0)
				return
			}
			if len(p.Delivery.Alerts) != 1 {
				t.Fatalf("alerts = %d, want 1", len(p.Delivery.Alerts))
			}
			invariants(t, p.Delivery.Alerts)
			a := p.Delivery.Alerts[0]
			ended := time.Time{}
			if a.EndedAt != nil {
				ended = *a.EndedAt
			}
			equal(t, "status", a.Status, c.status)
			equal(t, "severity", a.Severity, c.severity)
			equal(t, "service", a.Service, c.service)
			equal(t, "environment", a.Environment, c.environment)
			equal(t, "component", a.Component, c.component)
			equal(t, "began", moment(a.StartedAt), c.began)
			equal(t, "ended", moment(ended), c.ended)
			equal(t, "fingerprint", a.Fingerprint, c.fingerprint)
			equal(t, "name", a.Name, c.name)
			equal(t, "title", a.Title, c.title)
			equal(t, "value", value(a.Value), c.value)
			equal(t, "threshold", value(a.Threshold), c.threshold)
			equal(t, "comparator", a.Comparator, c.comparator)
			equal(t, "unit", a.Unit, c.unit)
			equal(t, "spike", a.Spike, nil)
			equal(t, "expires after", p.Delivery.Expire, c.expire)
		})
	}
	files, err := filepath.Glob("presets/*.yaml")
	if err != nil || len(files) < 13 {
		t.Fatalf("presets: %d, %v", len(files), err)
	}
	for _, f := range files {
		if kind := strings.TrimSuffix(filepath.Base(f), ".yaml"); !seen[kind] && kind != "generic" {
			t.Errorf("no delivery of %s is tried", kind)
		}
	}
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}

func TestPresetsKeepWhatElseTheSenderSaid(t *testing.T) {
	for file, want := range map[string]string{
		"datadog-triggered.json":    "p99 of basket is above 1.5 s\ntrace.http.request.p99 over service:basket was > 1.5 on average during the last 5m map[env:prod service:basket tags:monitor team:shop] [{source https://app.datadog.example/event/event?id=5521873300019988776}] group 77aa01 id 5521873300019988776 (Triggered)",
		"opsgenie-create.json":      "Error rate 12 % map[env:prod region:eu-1 tags:vip team:shop] [] group  id 7c0d8c52-1772420706288 (Create)",
		"azure-metric-fired.json":   "CPU is high map[Instance:basket-2 env:prod metric:CpuPercentage] [] group  id 1f00aa22-0000-4000-8000-00000000000b ()",
		"azure-activity.json":       "Microsoft.Compute/virtualMachines/delete Succeeded map[] [] group  id 4f00 ()",
		"zabbix-problem.json":       "The host is slow\nLoad: 12.5 map[env:prod host:db-1.example.com service:basket] [{source https://zabbix.example.com/tr_events.php?triggerid=14032&eventid=10528}] group  id 10528 ()",
		"uptime-kuma-down.json":     "https://basket.example.com/health map[env:prod tags:vip type:http] [] group  id 12 ()",
		"splunk.json":               "login failed for user bob map[count:17 host:web-3 index:main service:login splunk_app:shop] [{source http://splunk.example:8000/app/shop/@go?sid=1}] group  id scheduler__ann__search__RMD5_at_1772420700_3 ()",
		"honeycomb-two-groups.json": "Key=service Value=basket, Key=region Value=eu, Key=service Value=cart, Key=region Value=eu map[dataset:shop region:eu] [] group  id in-1 ()",
		"newrelic-legacy-open.json": "Apdex < 0.7 for at least 5 minutes map[env:prod] [{source https://alerts.newrelic.example/accounts/7/incidents/88123} {runbook https://runbooks.example/basket}] group  id 88123 (INCIDENT)",
	} {
		a := parse(t, source.Kinds()[kindOf(file)], string(fixture(t, file)))[0]
		equal(t, file, fmt.Sprintf("%s %v %v group %s id %s (%s)", a.Description, a.Labels, a.Links, a.GroupKey, a.ExternalID, a.Reason), want)
	}
}

// TestPresetsReadWhatIsSaidOtherwise has what else senders send at times.
func TestPresetsReadWhatIsSaidOtherwise(t *testing.T) {
	for _, c := range []struct{ name, kind, body, want string }{
		{"a priority before the transition", "datadog", `{"alert_id":"1","alert_scope":"*","alert_transition":"Triggered","alert_priority":"P2","event_title":"[P2] [Triggered on {host:web-1}] [Basket] is slow"}`, "firing high [Basket] is slow 1/*"},
		{"a title of brackets", "datadog", `{"alert_id":"1","alert_scope":"*","alert_transition":"Warn","event_title":"[P2] Basket"}`, "firing unknown Basket 1/*"},
		{"a warning that is over", "datadog", `{"alert_id":"1","alert_scope":"*","alert_transition":"Warn Recovered","event_title":"[Warn Recovered] Basket"}`, "resolved unknown Basket 1/*"},
		{"a policy without a severity of its own", "gcp", `{"incident":{"incident_id":"7","state":"open","condition_name":"CPU","severity":"No severity","policy_user_labels":{"severity":"critical"}}}`, "firing critical CPU 7"},
		{"no severity at all", "gcp", `{"incident":{"incident_id":"7","state":"open","condition_name":"CPU","severity":"No severity"}}`, "firing unknown CPU 7"},
		{"a certificate of Kuma 1", "uptime-kuma", `{"heartbeat":null,"monitor":null,"msg":"[basket][https://b.example] server certificate b.example will be expired in 7 days"}`, "firing unknown [basket][https://b.example] server certificate b.example will be expired in 7 days [basket][https://b.example] server certificate b.example"},
		{"Dynatrace's test", "dynatrace", `{"State":"OPEN","ProblemID":"999","PID":"99999","ProblemTitle":"Dynatrace problem notification test run"}`, ""},
		{"New Relic's old test", "newrelic", `{"current_state":"test","event_type":"NOTIFICATION","incident_id":0,"condition_name":"New Relic Alert - Test Condition"}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := source.Kinds()[c.kind](source.Input{Source: "test", Body: []byte(c.body)})
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, a := range p.Delivery.Alerts {
				got += fmt.Sprintf("%s %s %s %s", a.Status, a.Severity, a.Title, a.Fingerprint)
			}
			equal(t, "alert", got, c.want)
			equal(t, "ignored", p.Ignored == 1, c.want == "")
		})
	}
	p, err := source.Kinds()["azure"](source.Input{Source: "test", Body: []byte(`{"data":{"essentials":{"monitorCondition":"Fired","alertRule":"r"},"alertContext":{"condition":{"allOf":[{"operator":"LowerThan","threshold":"1","metricValue":0.0}]}}}}`)})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "comparator", p.Delivery.Alerts[0].Comparator, "lt")
}

func TestPresetsRefuseWhatSaysNothing(t *testing.T) {
	for _, c := range []struct{ kind, body, field, says string }{
		{"datadog", `{"body":"x","event_type":"y","title":"z","date":"1772420706000","id":"1"}`, "alert_transition", "docs/sources.md"},
		{"datadog", `{"alert_transition":"$ALERT_TRANSITION","event_title":"z"}`, "alert_transition", "docs/sources.md"},
		{"datadog", `{"alert_transition":"Confused","event_title":"z"}`, "alert_transition", "Confused"},
		{"zabbix", `{"event_id":"{EVENT.ID}","event_value":"{EVENT.VALUE}","name":"{EVENT.NAME}"}`, "event_value", `event_value: "{EVENT.VALUE}" was not filled in, as in a sender's test; where an alert brought it, use the media type`},
		{"kibana", `{"action_group":"{{alert.actionGroup}}"}`, "action_group", "not filled in"},
		{"azure", `{"data":{"context":{}}}`, "data.essentials.monitorCondition", "common alert schema"},
		{"azure", `{"data":{"essentials":{"monitorCondition":"Fired","alertRule":"x","firedDateTime":"soon"}}}`, "data.essentials.firedDateTime", "not a time"},
		{"zabbix", `{"name":"x"}`, "event_value", "media type"},
		{"pingdom", `[{"current_state":"DOWN","check_name":"x"},{"current_state":"UPSIDE"}]`, "", ""},
		{"pingdom", `[{"current_state":"UPSIDE"}]`, "[0].current_state", "UPSIDE"},
		{"splunk", `{}`, "search_name", "missing"},
		{"splunk", `7`, "body", "object"},
		{"splunk", `[7]`, "[0]", "object"},
	} {
		p, err := source.Kinds()[c.kind](source.Input{Source: "test", Body: []byte(c.body)})
		if c.field == "" {
			equal(t, "good ones beside a bad one", len(p.Delivery.Alerts), 1)
			equal(t, "bad ones", len(p.Bad), 1)
			continue
		}
		checkInvalid(t, err, c.field)
		if !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v; want it to say %q", c.body, err, c.says)
		}
	}
}

// TestPresetsReadTheSamples reads deliveries of real senders, where they are at
// hand. Of a pair, firing and resolved, the fingerprint is the same.
func TestPresetsReadTheSamples(t *testing.T) {
	type sample struct {
		status   engine.AlertStatus
		severity engine.Severity
		service  string
		began    string
		ended    string
	}
	const noticed = "2026-11-23T03:05:00.123Z"
	want := map[string]sample{
		"datadog-triggered-composed.json":        {engine.Firing, engine.SeverityCritical, "", "2026-09-27T10:15:00Z", ""},
		"datadog-recovered-composed.json":        {engine.AlertResolved, engine.SeverityCritical, "", "", "2026-09-27T10:25:00Z"},
		"newrelic-workflow-activated.json":       {engine.Firing, engine.SeverityCritical, "zulip_app", "2024-04-22T03:05:31.352Z", ""},
		"newrelic-workflow-closed.json":          {engine.AlertResolved, engine.SeverityCritical, "main_app-UBUNTU", "2024-04-22T06:16:30.228Z", "2024-04-22T06:17:37.383Z"},
		"newrelic-legacy-incident-open.json":     {engine.Firing, engine.SeverityInfo, "", "2020-09-25T11:23:27.849Z", ""},
		"opsgenie-create.json":                   {engine.Firing, engine.SeverityMedium, "Server", "2017-08-14T11:25:56.288Z", ""},
		"opsgenie-acknowledge.json":              {engine.AlertAcknowledged, engine.SeverityUnknown, "", "2015-01-05T10:03:11.104Z", ""},
		"opsgenie-close.json":                    {engine.AlertResolved, engine.SeverityUnknown, "", "2015-01-05T10:03:11.104Z", "2015-01-05T10:06:14.669001603Z"},
		"azure-common-alert-fired-composed.json": {engine.Firing, engine.SeverityLow, "wcus-r2-gen2", "2019-03-22T13:58:24.3713213Z", ""},
		"azure-common-alert-resolved.json":       {engine.AlertResolved, engine.SeverityLow, "wcus-r2-gen2", "2019-03-22T13:58:24.3713213Z", "2019-03-22T14:03:16.2246313Z"},
		"gcp-monitoring-open-v1.1.json":          {engine.Firing, engine.SeverityUnknown, "webserver-85", "2017-07-06T19:10:14Z", ""},
		"gcp-monitoring-open-keep-mock.json":     {engine.Firing, engine.SeverityCritical, "default", "", ""},
		"zabbix-problem-zulip-template.json":     {engine.Firing, engine.SeverityMedium, "", "", ""},
		"captured-uptime-kuma-provider-down.txt": {engine.Firing, engine.SeverityUnknown, "checkout", noticed, ""},
		"captured-uptime-kuma-provider-up.txt":   {engine.AlertResolved, engine.SeverityUnknown, "checkout", "", noticed},
		"uptime-kuma-down.json":                  {engine.Firing, engine.SeverityUnknown, "checkout", noticed, ""},
		"uptime-kuma-up.json":                    {engine.AlertResolved, engine.SeverityUnknown, "checkout", "", noticed},
		"dynatrace-problem-open-composed.json":   {engine.Firing, engine.SeverityMedium, "payment-service", "", ""},
		"pingdom-down.json":                      {engine.Firing, engine.SeverityHigh, "api.alerta.io", "2017-06-30T22:25:43Z", ""},
		"checkly-recovery.json":                  {engine.AlertResolved, engine.SeverityHigh, "", "", "2025-01-26T11:19:40.544Z"},
		"splunk-saved-search.json":               {engine.Firing, engine.SeverityUnknown, "", "2017-01-04T19:14:32Z", ""},
		"honeycomb-trigger-triggered.json":       {engine.Firing, engine.SeverityUnknown, "", "", ""},
	}
	pairs := make(map[string][]string)
	folder := filepath.Join("..", "..", "..", "shared", "webhooks")
	read := 0
	for _, name := range slices.Sorted(maps.Keys(want)) {
		c := want[name]
		b, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			continue
		}
		read++
		if _, body, ok := bytes.Cut(bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")), []byte("\n\n")); ok && strings.HasSuffix(name, ".txt") {
			b = body
		}
		t.Run(name, func(t *testing.T) {
			kind := kindOf(strings.TrimPrefix(name, "captured-"))
			alerts := parse(t, source.Kinds()[kind], string(b))
			if len(alerts) != 1 {
				t.Fatalf("alerts = %d, want 1", len(alerts))
			}
			invariants(t, alerts)
			a := alerts[0]
			got := sample{a.Status, a.Severity, a.Service, moment(a.StartedAt), ""}
			if a.EndedAt != nil {
				got.ended = moment(*a.EndedAt)
			}
			equal(t, "sample", got, c)
			if a.Fingerprint == "" || a.Title == "" {
				t.Errorf("fingerprint %q, title %q", a.Fingerprint, a.Title)
			}
			pairs[kind] = append(pairs[kind], a.Fingerprint)
		})
	}
	if read == 0 {
		t.Skip("no samples here")
	}
	for _, kind := range []string{"datadog", "uptime-kuma", "azure"} {
		if len(slices.Compact(pairs[kind])) > 1 {
			t.Errorf("%s: fingerprints of one series %q", kind, pairs[kind])
		}
	}
}
