package kafka

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"ragoffire/engine"
	"ragoffire/webhook/source"
)

// maxRecord is what a record may hold, as much as a webhook's body.
const maxRecord = 1 << 20

// The formats: our own JSON, and CloudEvents.
const (
	kindGeneric     = "generic"
	kindCloudEvents = "cloudevents"
)

// place names a record: topic/partition@offset.
func place(r *kgo.Record) string { return fmt.Sprintf("%s/%d@%d", r.Topic, r.Partition, r.Offset) }

// read turns a record into what it holds. A record without a value is the
// deletion of a key and holds nothing.
func read(r *kgo.Record) (source.Parsed, error) {
	if len(r.Value) == 0 {
		return source.Parsed{}, nil
	}
	if len(r.Value) > maxRecord {
		return source.Parsed{}, engine.Invalidf("body", "body: %d bytes in one record; at most %d are taken", len(r.Value), maxRecord)
	}
	header := headers(r)
	parse := source.Kinds()[kindGeneric]
	if events := source.Kinds()[kindCloudEvents]; events != nil && isCloudEvent(header, r.Value) {
		parse = events
	}
	p, err := parse(source.Input{Source: Source, Body: r.Value, Header: header})
	if err != nil {
		return source.Parsed{}, err
	}
	date(&p.Delivery, r)
	return p, nil
}

// date gives what has no time of its own that of its record: it is the same
// when the record comes again, and now is not.
func date(d *engine.Delivery, r *kgo.Record) {
	if r.Timestamp.UnixMilli() <= 0 {
		return // -1 is none
	}
	for n := range d.Alerts {
		d.Alerts[n].ReceivedAt = r.Timestamp
	}
	for n := range d.Beats {
		if d.Beats[n].At.IsZero() {
			d.Beats[n].At = r.Timestamp
		}
	}
	for n := range d.Changes {
		if d.Changes[n].At.IsZero() {
			d.Changes[n].At = r.Timestamp
		}
	}
}

// headers are a record's as HTTP has them: the Kafka binding of CloudEvents
// writes ce_id where HTTP's writes ce-id.
func headers(r *kgo.Record) http.Header {
	h := make(http.Header, len(r.Headers))
	for _, kv := range r.Headers {
		name := kv.Key
		if attribute, ok := strings.CutPrefix(strings.ToLower(name), "ce_"); ok {
			name = "ce-" + attribute
		}
		h.Set(name, string(kv.Value))
	}
	return h
}

// isCloudEvent reports whether a record is one, in binary mode by its headers
// or in structured mode by its type or content.
func isCloudEvent(h http.Header, body []byte) bool {
	if h.Get("ce-specversion") != "" || strings.HasPrefix(strings.ToLower(h.Get("Content-Type")), "application/cloudevents") {
		return true
	}
	if !bytes.Contains(body, []byte(`"specversion"`)) {
		return false
	}
	var event struct {
		SpecVersion string `json:"specversion"`
	}
	return json.Unmarshal(source.Bare(body), &event) == nil && event.SpecVersion != ""
}
