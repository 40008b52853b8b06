package source

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"maps"
	"mime"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ragoffire/engine"
)

// CloudEvents reads events of version 1.0 over HTTP: structured, in a batch, or
// binary with the attributes in headers. Their data is an alert or a change in
// our own format; what it does not say, the attributes do.
func CloudEvents(in Input) (Parsed, error) {
	if in.Header.Get("Ce-Specversion") != "" {
		return binaryEvent(in)
	}
	body, err := decode(in.Body)
	if err != nil {
		return Parsed{}, err
	}
	if list, ok := body.([]any); ok {
		var all []any
		for _, event := range list {
			all = append(all, unfold(event)...)
		}
		return collect(in, all, "", cloudEvent)
	}
	return oneEvent(in, body)
}

func oneEvent(in Input, event any) (Parsed, error) {
	all := unfold(event)
	if len(all) > 1 {
		return collect(in, all, "", cloudEvent)
	}
	o, err := asObject(all[0], "")
	if err != nil {
		return Parsed{}, err
	}
	p := Parsed{Delivery: engine.Delivery{Source: in.Source}}
	if err := p.take(o, cloudEvent); err != nil {
		return Parsed{}, err
	}
	return p, nil
}

// unfold makes an event of each object where the data of one has several, as our own
// format has them: as a list, or under alerts.
func unfold(event any) []any {
	m, _ := event.(map[string]any)
	list, _ := m["data"].([]any)
	if data, ok := m["data"].(map[string]any); ok {
		list, _ = data["alerts"].([]any)
	}
	isObject := func(v any) bool { _, ok := v.(map[string]any); return ok }
	if len(list) == 0 || slices.ContainsFunc(list, func(v any) bool { return !isObject(v) }) {
		return []any{event}
	}
	all := make([]any, len(list))
	for n, v := range list {
		one := maps.Clone(m)
		one["data"] = v
		if id, ok := plain(m["id"]); ok && id != "" && len(list) > 1 {
			one["id"] = id + "/" + strconv.Itoa(n)
			delete(one, "subject") // of all of them, and so of none
		}
		all[n] = one
	}
	return all
}

// binaryEvent makes an event of the attributes in the headers, which are
// percent-encoded, and the body, which is the data.
func binaryEvent(in Input) (Parsed, error) {
	m := make(map[string]any)
	for _, name := range []string{"specversion", "id", "source", "type", "subject", "time"} {
		v := in.Header.Get("Ce-" + name)
		if plain, err := url.PathUnescape(v); err == nil {
			v = plain
		}
		if v != "" {
			m[name] = v
		}
	}
	kind, _, _ := mime.ParseMediaType(in.Header.Get("Content-Type"))
	switch {
	case len(bytes.TrimSpace(in.Body)) == 0:
	case kind == "" || strings.HasSuffix(kind, "json"):
		data, err := decode(in.Body)
		if err != nil {
			return Parsed{}, err
		}
		m["data"] = data
	default:
		m["data"] = string(in.Body)
	}
	return oneEvent(in, m)
}

func cloudEvent(o object, to *engine.Delivery) error {
	for _, name := range []string{"specversion", "id", "source", "type"} {
		if o.id(name) == "" {
			o.bad(name, "missing; every CloudEvent has one")
		}
	}
	kind, from, subject := o.text("type"), o.text("source"), o.text("subject")
	data := eventData(o)
	when := o.time("time")
	if err := o.failed(); err != nil {
		return err
	}
	or := func(value string, keys ...string) {
		for _, k := range keys {
			if data.m[k] != nil {
				return
			}
		}
		if value != "" {
			data.m[keys[0]] = value
		}
	}
	or(changeKind(kind), "kind")
	or(originOf(from), "service")
	or(cmp.Or(subject, topicIn(kind)), "title", "summary", "error_type")
	id := o.id("id")
	if what, _ := data.m["kind"].(string); isChange(what) {
		id = from + "#" + id // an event's id is one only within its source, and a change's is its identity
	}
	or(id, "external_id", "id")
	or(statusIn(kind), "status", "state")
	if subject != "" { // a subject is one only within its source
		or(from+"#"+subject, "fingerprint", "alert_uid", "dedup_key")
	}
	if !when.IsZero() {
		status, _ := parseStatus(cmp.Or(data.looseText("status"), data.looseText("state")))
		if status == engine.AlertResolved {
			or(o.id("time"), "ended_at", "endsAt")
		} else {
			or(o.id("time"), "started_at", "startsAt", "timestamp", "at")
		}
	}
	if err := generic(data, to); err != nil {
		return err
	}
	for len(to.IDs) < len(to.Alerts) {
		to.IDs = append(to.IDs, from+"\x00"+o.id("id"))
	}
	return nil
}

// eventData is a copy of an event's data as an object; what is none is a
// description.
func eventData(o object) object {
	v := o.m["data"]
	if text, ok := o.m["data_base64"].(string); ok && v == nil {
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			o.bad("data_base64", "is not base64")
		}
		if v = string(raw); !deep(raw) && json.Valid(raw) {
			v, _ = decode(raw)
		}
	}
	m, ok := v.(map[string]any)
	if ok {
		m = maps.Clone(m)
	} else {
		m = make(map[string]any)
		if s, ok := v.(string); ok && s != "" {
			m["description"] = s
		}
	}
	return object{at: o.path("data"), m: m, fail: o.fail}
}

// originOf is the last part of a source's path, such as /monitoring/checkout:
// what an event is about, and not which machine tells of it.
func originOf(source string) string {
	u, err := url.Parse(source)
	if err != nil || u.Opaque != "" {
		return ""
	}
	return lastPart(u.Path)
}

// statusIn finds the status in a type such as com.example.alert.resolved.v1.
func statusIn(kind string) string {
	for n, word := range typeWords(kind) {
		if _, ok := parseStatus(word); ok && n < 2 {
			return word
		}
	}
	return ""
}

// topicIn is a type without its status and what follows that: the same as long as an
// alert lasts, since its series may be known by it.
func topicIn(kind string) string {
	parts := typeParts(kind)
	for n := len(parts) - 1; n > 0; n-- {
		if strings.EqualFold(parts[n], statusIn(kind)) {
			return strings.Join(parts[:n], ".")
		}
	}
	return kind
}

// changeKind finds what was done in a type such as com.example.deploy.done.
func changeKind(kind string) string {
	for _, word := range typeWords(kind) {
		switch word {
		case "deploy", "deployed", "deployment", "released", "upgraded", "rolledback":
			return "deploy"
		case "change", "config", "flag", "migration":
			return word
		}
	}
	return ""
}

// typeWords are the parts of a type without its version, the last one first:
// the first ones are whose it is.
func typeWords(kind string) []string {
	words := typeParts(strings.ToLower(kind))
	var out []string
	for n := len(words) - 1; n >= 0 && len(out) < 8; n-- {
		if w := words[n]; strings.Trim(strings.TrimPrefix(w, "v"), "0123456789") != "" {
			out = append(out, w)
		}
	}
	return out
}

func typeParts(kind string) []string {
	return strings.FieldsFunc(kind, func(r rune) bool { return strings.ContainsRune("./-_:", r) })
}
