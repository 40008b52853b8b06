package engine

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// ParseRow reads a row from a JSON object. It takes numbers and times as people
// write them, ignores what it does not know, and names the field of a bad value.
// kind is what the row is where it does not say.
func ParseRow(data []byte, kind string) (Row, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return Row{}, rowNotJSON(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Row{}, Invalidf("body", "more follows after the JSON object; one row a line")
	}
	m, ok := v.(map[string]any)
	if !ok {
		return Row{}, Invalidf("body", "not a JSON object; a row is one, such as {\"kind\":\"incident\",\"title\":\"…\"}")
	}
	return ReadRow(m, kind)
}

func rowNotJSON(err error) error {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return Invalidf("body", "not JSON: %s at byte %d", syntax.Error(), syntax.Offset)
	}
	return Invalidf("body", "not JSON: it ends too early")
}

// ReadRow reads a row from decoded values: of JSON, of YAML, or all of them
// strings as in CSV.
func ReadRow(values map[string]any, kind string) (Row, error) {
	v := &rowValues{m: values}
	r := Row{
		Kind: strings.ToLower(v.text("kind")), ID: v.text("id"), Title: v.text("title"), Alerts: v.names("alerts"),
		ErrorType: v.text("error_type"), Service: v.text("service"), Environment: v.text("environment"),
		Spike: v.percent("spike_percentage"), Symptom: v.text("symptom"), RootCause: v.text("root_cause"),
		Resolution: v.text("resolution"), Mitigation: v.text("mitigation"), URL: v.text("url"), Text: v.text("text"),
		Labels: v.labels("labels"), StartedAt: v.time("started_at"), MitigatedAt: v.time("mitigated_at"),
		ResolvedAt: v.time("resolved_at"), TimeToMitigate: v.text("time_to_mitigate"), Cost: v.text("cost"), Undo: v.text("undo"),
		CheckFirst: v.lines("check_first"), FollowUps: v.lines("follow_ups"), Source: v.text("source"),
		Fingerprint: v.text("fingerprint"), Reason: Reason(strings.ToLower(v.text("reason"))), Seed: v.flag("seed"),
	}
	v.objects("tried", &r.Tried)
	v.objects("metrics", &r.Metrics)
	v.objects("narrative", &r.Narrative)
	if word := v.text("severity"); word != "" {
		r.Severity = ParseSeverity(word)
	}
	if r.Kind == "" {
		r.Kind = kind
	}
	if v.err != nil {
		return Row{}, v.err
	}
	return r, r.Check()
}

// rowValues reads the members of a row; the first that is wrong is its error.
type rowValues struct {
	m   map[string]any
	err error
}

func (v *rowValues) bad(field, format string, args ...any) {
	if v.err == nil {
		v.err = Invalidf(field, field+": "+format, args...)
	}
}

// text reads a string, or what can only be meant as one.
func (v *rowValues) text(field string) string {
	s, ok := plainText(v.m[field])
	if !ok {
		v.bad(field, "a string is expected")
	}
	return strings.TrimSpace(s)
}

// plainText is a single value as text.
func plainText(value any) (string, bool) {
	switch x := value.(type) {
	case nil:
		return "", true
	case string:
		return Clean(x), true
	case json.Number:
		return x.String(), true
	case bool:
		return strconv.FormatBool(x), true
	case int:
		return strconv.Itoa(x), true
	case int64:
		return strconv.FormatInt(x, 10), true
	case uint64:
		return strconv.FormatUint(x, 10), true
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64), true
	case time.Time:
		return x.UTC().Format(time.RFC3339Nano), true
	}
	return "", false
}

// percent reads a number, with or without its sign.
func (v *rowValues) percent(field string) *float64 {
	s := v.text(field)
	if s == "" {
		return nil
	}
	n, err := ParsePercent(strings.ReplaceAll(s, ",", ""))
	if err != nil || strings.ContainsAny(s, "xX_") {
		v.bad(field, "%.40q is not a number of percent; write it such as 450", s)
		return nil
	}
	return &n
}

// flag reads true or false.
func (v *rowValues) flag(field string) bool {
	s := v.text(field)
	switch strings.ToLower(s) {
	case "", "false", "no", "0":
		return false
	case "true", "yes", "1":
		return true
	}
	v.bad(field, "%.40q is neither true nor false", s)
	return false
}

// time reads a point in time.
func (v *rowValues) time(field string) *time.Time {
	s := v.text(field)
	if s == "" {
		return nil
	}
	t, ok := ParseTime(s)
	if !ok {
		v.bad(field, "%.60q is not a time; write it such as 2026-11-23T02:50:33Z or 2026-11-23", s)
		return nil
	}
	return &t
}

// list reads a list of single values, or the JSON text of one.
func (v *rowValues) list(field string) (items []string, isList bool) {
	value := v.m[field]
	if s, ok := value.(string); ok && strings.HasPrefix(strings.TrimSpace(s), "[") {
		var decoded []any
		d := json.NewDecoder(strings.NewReader(s))
		d.UseNumber()
		if d.Decode(&decoded) == nil {
			value = decoded
		}
	}
	list, ok := value.([]any)
	for _, x := range list {
		s, plain := plainText(x)
		if !plain {
			v.bad(field, "a list of strings is expected")
		}
		if s = strings.TrimSpace(s); s != "" {
			items = append(items, s)
		}
	}
	return items, ok
}

// names reads a list of names; a string has them behind commas, semicolons or
// in lines.
func (v *rowValues) names(field string) []string { return v.split(field, ",;\n") }

// lines reads a list of sentences; a string has them in lines.
func (v *rowValues) lines(field string) []string { return v.split(field, "\n") }

func (v *rowValues) split(field, at string) []string {
	if items, ok := v.list(field); ok {
		return items
	}
	var items []string
	for _, s := range strings.FieldsFunc(v.text(field), func(r rune) bool { return strings.ContainsRune(at, r) }) {
		if s = strings.TrimSpace(s); s != "" {
			items = append(items, s)
		}
	}
	return items
}

// labels reads an object of single values, the JSON text of one, or k=v pairs.
func (v *rowValues) labels(field string) map[string]string {
	value := v.m[field]
	if s, ok := value.(string); ok {
		s = strings.TrimSpace(s)
		if !strings.HasPrefix(s, "{") {
			return v.pairs(field, s)
		}
		var decoded map[string]any
		d := json.NewDecoder(strings.NewReader(s))
		d.UseNumber()
		if d.Decode(&decoded) != nil {
			v.bad(field, "%.40q is no JSON object; write {\"team\":\"shop\"} or team=shop", s)
		}
		value = decoded
	}
	if value == nil {
		return nil
	}
	m, ok := value.(map[string]any)
	if !ok {
		v.bad(field, "an object of strings is expected")
	}
	if len(m) == 0 {
		return nil
	}
	out := make(map[string]string, len(m))
	for k, x := range m {
		s, ok := plainText(x)
		if !ok {
			v.bad(field+"."+Clean(k), "a string is expected")
		}
		out[Clean(k)] = s
	}
	return out
}

func (v *rowValues) pairs(field, s string) map[string]string {
	var out map[string]string
	for _, pair := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",;\n", r) }) {
		k, value, ok := strings.Cut(pair, "=")
		if k = strings.TrimSpace(k); !ok || k == "" {
			v.bad(field, "%.40q is no pair; write team=shop,namespace=orders or a JSON object", pair)
			return nil
		}
		if out == nil {
			out = make(map[string]string)
		}
		out[Clean(k)] = Clean(strings.TrimSpace(value))
	}
	return out
}

// objects reads a list of objects, or the JSON text of one.
func (v *rowValues) objects(field string, into any) {
	value := v.m[field]
	if value == nil || value == "" {
		return
	}
	if s, ok := value.(string); ok {
		d := json.NewDecoder(strings.NewReader(s))
		d.UseNumber()
		if d.Decode(&value) != nil {
			value = false
		}
	}
	data, err := json.Marshal(cleaned(value))
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		v.bad(field, "a list of objects is expected, such as [{\"action\":\"restart\",\"outcome\":\"failed\"}]")
	}
}

// cleaned is Clean of every text in a decoded value.
func cleaned(value any) any {
	switch x := value.(type) {
	case string:
		return Clean(x)
	case []any:
		out := make([]any, len(x))
		for n := range x {
			out[n] = cleaned(x[n])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(x))
		for k := range x {
			out[k] = cleaned(x[k])
		}
		return out
	}
	return value
}

// ParseTime reads a point in time as people write it in records: RFC 3339, a
// date, a date and a time of day (in UTC where it does not say), or seconds
// since 1970. Years are within 1 and 9999.
func ParseTime(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	for _, layout := range []string{
		time.RFC3339Nano, time.DateOnly, "2006-01-02 15:04", time.DateTime, "2006-01-02T15:04", "2006-01-02T15:04:05.999999999",
		"2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04Z07:00", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04 -0700",
		"2006-01-02 15:04:05 MST", "2006-01-02 15:04 MST", "2006/01/02", "2006/01/02 15:04", "2 January 2006", "2 Jan 2006",
		"January 2, 2006", "Jan 2, 2006", time.RFC1123, time.RFC1123Z,
	} {
		if t, err := time.Parse(layout, s); err == nil {
			return knownZone(t)
		}
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(n) || strings.ContainsAny(s, "xXpP_eE") || len(s) < 9 {
		return time.Time{}, false
	}
	if n >= 1e11 { // milliseconds: in seconds this were the year 5138
		n /= 1000
	}
	if n < 0 || n > 253402300799 {
		return time.Time{}, false
	}
	return time.UnixMicro(int64(math.Round(n * 1e6))).UTC(), true
}

// knownZone refuses a time whose zone is a name that says no offset here.
func knownZone(t time.Time) (time.Time, bool) {
	name, offset := t.Zone()
	if offset == 0 && name != "" && name != "UTC" && name != "GMT" && name != "Z" && t.Location() != time.UTC {
		return time.Time{}, false
	}
	t = t.UTC().Truncate(time.Microsecond)
	return t, t.Year() >= 1 && t.Year() <= 9999
}
