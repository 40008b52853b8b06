package source

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"ragoffire/engine"
)

// cloudWatchAlarm reads an alarm's change of state: on a metric, on an
// expression over several, or on other alarms.
func cloudWatchAlarm(o object, e Envelope) (engine.Alert, error) {
	name := o.text("AlarmName")
	if name == "" {
		o.bad("AlarmName", "missing; this is no alarm of CloudWatch")
	}
	place, ok := parseARN(o.text("AlarmArn"))
	if !ok {
		place, _ = parseARN(e.TopicArn) // in the alarm's own region
	}
	account := cmp.Or(o.id("AWSAccountId"), place.account)
	metric := cloudWatchMetric(o.child("Trigger"))
	reason := o.text("NewStateReason")
	a := engine.Alert{
		ExternalID:  identity(o.text("AlarmArn")),
		Fingerprint: identity(account + "/" + cmp.Or(place.region, o.text("Region")) + "/" + name),
		Name:        line(name, maxName), Title: line(name, maxTitle),
		Description: paragraphs(o.text("AlarmDescription"), reason),
		Service:     line(metric.service(), maxName),
		Component:   line(metric.component(), maxName),
		Threshold:   metric.threshold,
		Comparator:  metric.comparator,
		Unit:        line(metric.unit, 32),
		Value:       datapoint(reason),
		Severity:    engine.SeverityUnknown,
	}
	metric.labels["account"], metric.labels["region"] = account, place.region
	metric.labels["namespace"], metric.labels["metric"] = metric.namespace, metric.name
	a.Labels = labelled(metric.labels)
	at := o.time("StateChangeTime")
	switch state := o.text("NewStateValue"); state {
	case "ALARM":
		a.Status, a.StartedAt = engine.Firing, at
		a.SeverityRaw, a.Severity = alarmSeverity(name)
	case "INSUFFICIENT_DATA":
		// Who sends this asked to be told that nobody knows any more.
		a.Status, a.StartedAt, a.Reason = engine.Firing, at, "no data"
	case "OK":
		a.Status = engine.AlertResolved
		a.SeverityRaw, a.Severity = alarmSeverity(name)
		if !at.IsZero() {
			a.EndedAt = &at
		}
	default:
		o.bad("NewStateValue", "%.40q is not ALARM, OK or INSUFFICIENT_DATA", state)
	}
	if name != "" {
		a.Links = addLink(a.Links, "source", console(place, name))
	}
	return a, o.failed()
}

// cloudWatch is what an alarm watches.
type cloudWatch struct {
	namespace, name, unit string
	dimensions            []string // "name=value", in their order
	labels                map[string]string
	threshold             *float64
	comparator            string
}

func cloudWatchMetric(trigger object) cloudWatch {
	m := cloudWatch{
		namespace: trigger.text("Namespace"), name: trigger.text("MetricName"), unit: trigger.text("Unit"),
		threshold: trigger.number("Threshold"), comparator: cloudWatchComparator(trigger.text("ComparisonOperator")),
		labels: make(map[string]string),
	}
	dimensions := trigger.children("Dimensions")
	// An expression: what it returns is the alarm's, what it reads says where.
	for _, q := range trigger.children("Metrics") {
		if q.flag("ReturnData") {
			m.name = cmp.Or(m.name, q.text("Label"), q.text("Expression"))
		}
		one := q.child("MetricStat").child("Metric")
		m.namespace = cmp.Or(m.namespace, one.text("Namespace"))
		if len(dimensions) == 0 {
			dimensions = one.children("Dimensions")
		}
		m.unit = cmp.Or(m.unit, q.child("MetricStat").text("Unit"))
	}
	for _, d := range dimensions {
		name, value := d.text("name", "Name"), d.text("value", "Value")
		if name != "" && value != "" {
			m.dimensions = append(m.dimensions, name+"="+value)
			m.labels[name] = value
		}
	}
	return m
}

// service is the dimension that names one, else the namespace, such as AWS/RDS.
func (m cloudWatch) service() string {
	return cmp.Or(pick(m.labels, "ServiceName", "Service", "service", "service.name", "FunctionName", "ApiName"), m.namespace)
}

func (m cloudWatch) component() string { return strings.Join(m.dimensions, ", ") }

func cloudWatchComparator(word string) string {
	switch word {
	case "GreaterThanThreshold", "GreaterThanUpperThreshold":
		return "gt"
	case "GreaterThanOrEqualToThreshold":
		return "gte"
	case "LessThanThreshold", "LessThanLowerThreshold":
		return "lt"
	case "LessThanOrEqualToThreshold":
		return "lte"
	}
	return ""
}

// datapoint is the newest value in a reason such as "Threshold Crossed: 1
// datapoint [12.5 (14/02/19 23:53:00)] was greater than the threshold (5.0)."
func datapoint(reason string) *float64 {
	_, rest, ok := strings.Cut(reason, "[")
	if !ok {
		return nil
	}
	number := strings.FieldsFunc(rest, func(r rune) bool { return strings.ContainsRune(" ,]", r) })
	if len(number) == 0 {
		return nil
	}
	return parseNumber(number[0])
}

// alarmSeverity is what an alarm's name says: CloudWatch has no severity.
func alarmSeverity(name string) (raw string, severity engine.Severity) {
	if raw = severityIn(name); raw == "" {
		return "", engine.SeverityHigh
	}
	return raw, engine.ParseSeverity(raw)
}

// severityIn is the word of an alarm's name that is a severity and can hardly
// be anything else, as high and error can.
func severityIn(name string) string {
	for _, w := range regexp.MustCompile(`[A-Za-z0-9]+`).FindAllString(name, maxLabels) {
		if slices.Contains([]string{"critical", "crit", "warning", "warn", "p0", "p1", "p2", "p3", "p4", "p5", "sev0", "sev1", "sev2", "sev3", "sev4"}, strings.ToLower(w)) {
			return w
		}
	}
	return ""
}

// console is an alarm's page at Amazon.
func console(place arn, name string) string {
	if place.region == "" {
		return ""
	}
	domain := map[string]string{"aws-cn": "amazonaws.cn", "aws-us-gov": "amazonaws-us-gov.com"}[place.partition]
	u := url.URL{
		Scheme: "https", Host: place.region + ".console." + cmp.Or(domain, "aws.amazon.com"), Path: "/cloudwatch/home",
		RawQuery: url.Values{"region": {place.region}}.Encode(), Fragment: "alarmsV2:alarm/" + name,
	}
	return u.String()
}
