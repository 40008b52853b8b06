package kafka

import (
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"ragoffire/engine"
)

func record(body string, headers ...string) *kgo.Record {
	r := &kgo.Record{Topic: "anomalies", Partition: 3, Offset: 7, Value: []byte(body), Timestamp: time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)}
	for n := 0; n < len(headers); n += 2 {
		r.Headers = append(r.Headers, kgo.RecordHeader{Key: headers[n], Value: []byte(headers[n+1])})
	}
	return r
}

func TestWhatARecordIs(t *testing.T) {
	for name, c := range map[string]struct {
		r     *kgo.Record
		event bool
	}{
		"our own":                     {record(`{"title": "x"}`), false},
		"our own that mentions it":    {record(`{"title": "x", "labels": {"specversion": "1.0"}}`), false},
		"our own that quotes it":      {record(`{"title": "a \"specversion\" of nothing"}`), false},
		"an event in structured":      {record(`{"specversion": "1.0", "id": "1", "source": "/s", "type": "t"}`), true},
		"a structured one by type":    {record(`{}`, "content-type", "application/cloudevents+json; charset=utf-8"), true},
		"one after a byte order mark": {record("\ufeff" + `{"specversion": "1.0", "id": "1", "source": "/s", "type": "t"}`), true},
		"a batch by type":             {record(`[]`, "Content-Type", "application/cloudevents-batch+json"), true},
		"an event in binary":          {record(`{"title": "x"}`, "ce_specversion", "1.0", "ce_id", "1", "ce_type", "t"), true},
		"what is no JSON":             {record(`{"specversion": "1.0"`), false},
		"another content type":        {record(`{"title": "x"}`, "content-type", "application/json"), false},
		"a list that has one":         {record(`[{"specversion": "1.0"}]`), false},
		"a number for a specversion":  {record(`{"specversion": 1}`), false},
	} {
		if got := isCloudEvent(headers(c.r), c.r.Value); got != c.event {
			t.Errorf("%s: a CloudEvent %v, want %v", name, got, c.event)
		}
	}
	h := headers(record("", "ce_Id", "17", "Content-Type", "text/plain"))
	if h.Get("ce-id") != "17" || h.Get("content-type") != "text/plain" {
		t.Errorf("headers: %v", h)
	}
}

func TestARecordsTimeStandsInForOneThatIsMissing(t *testing.T) {
	r := record(`[{"title": "x"}, {"title": "y", "started_at": "2026-11-23T02:50:00Z"}, {"kind": "deploy", "service": "s", "title": "z"}]`)
	p, err := read(r)
	if err != nil || len(p.Delivery.Alerts) != 2 || len(p.Delivery.Changes) != 1 {
		t.Fatalf("%+v, %v", p, err)
	}
	for _, a := range p.Delivery.Alerts {
		if !a.ReceivedAt.Equal(r.Timestamp) {
			t.Errorf("%s was received at %s", a.Title, a.ReceivedAt)
		}
	}
	if got := p.Delivery.Changes[0].At; !got.Equal(r.Timestamp) {
		t.Errorf("the change is of %s", got)
	}
}

func TestARecordWithoutATimeGivesNone(t *testing.T) {
	r := record(`[{"title": "x"}, {"kind": "deploy", "service": "s", "title": "z"}]`)
	r.Timestamp = time.UnixMilli(-1)
	p, err := read(r)
	if err != nil || !p.Delivery.Alerts[0].ReceivedAt.IsZero() || !p.Delivery.Changes[0].At.IsZero() {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestWhereABatchBegins(t *testing.T) {
	at := func(partition int32, offset int64) *kgo.Record {
		return &kgo.Record{Topic: "t", Partition: partition, Offset: offset, LeaderEpoch: 2}
	}
	got := firsts([]*kgo.Record{at(0, 5), at(0, 6), at(1, 9), at(0, 7)})["t"]
	want := map[int32]kgo.EpochOffset{0: {Epoch: 2, Offset: 5}, 1: {Epoch: 2, Offset: 9}}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %v, want %v", got, want)
	}
}

func FuzzRecord(f *testing.F) {
	f.Add([]byte(`{"title": "Checkout is slow", "spike": "450%"}`), "", "")
	f.Add([]byte(`{"specversion": "1.0", "id": "1", "source": "/s", "type": "t", "data": {"title": "x"}}`), "content-type", "application/cloudevents+json")
	f.Add([]byte(`{"title": "x"}`), "ce_specversion", "1.0")
	f.Add([]byte(`[{"kind": "deploy", "service": "s"}, {"kind": "heartbeat", "name": "n"}, 7]`), "", "")
	f.Fuzz(func(t *testing.T, body []byte, key, value string) {
		r := record(string(body), key, value)
		p, err := read(r)
		if err != nil {
			if engine.KindOf(err) != engine.Invalid {
				t.Errorf("%q: %v", body, err)
			}
			return
		}
		for _, a := range p.Delivery.Alerts {
			if !a.ReceivedAt.Equal(r.Timestamp) || strings.ContainsRune(a.Title, 0) {
				t.Errorf("%q: %+v", body, a)
			}
		}
	})
}
