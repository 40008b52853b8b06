package kafka_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.uber.org/goleak"

	"ragoffire/engine"
	"ragoffire/store"
	"ragoffire/webhook/kafka"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const topic = "anomalies"

// rig is a cluster, a producer and an engine on an embedded store.
type rig struct {
	t       *testing.T
	cluster *kfake.Cluster
	client  *kgo.Client
	engine  *engine.Engine
	store   engine.Store

	mu      sync.Mutex
	poison  []kafka.Poison
	results map[string]int
}

func newRig(t *testing.T, partitions int32) *rig {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(partitions, topic), kfake.GroupMinSessionTimeout(100*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.DefaultProduceTopic(topic), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerBatchMaxBytes(2<<20))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	st, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "rof.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	e, err := engine.New(t.Context(), engine.Config{Store: st, NoServiceGroups: true})
	if err != nil {
		t.Fatal(err)
	}
	return &rig{t: t, cluster: cluster, client: client, engine: e, store: st, results: make(map[string]int)}
}

// produce writes a record and waits until the cluster has it.
func (r *rig) produce(partition int32, body string, headers ...kgo.RecordHeader) {
	r.t.Helper()
	rec := &kgo.Record{Partition: partition, Value: []byte(body), Headers: headers}
	if err := r.client.ProduceSync(r.t.Context(), rec).FirstErr(); err != nil {
		r.t.Fatal(err)
	}
}

func anomaly(id string) string {
	return fmt.Sprintf(`{"fingerprint": %q, "title": "Checkout is slow on %s", "service": "checkout", "error_type": "database_timeout", "spike_percentage": 450}`, id, id)
}

// consume runs a member of the group until stop is called or the test ends.
func (r *rig) consume(adjust ...func(*kafka.Config)) (c *kafka.Consumer, stop func()) {
	r.t.Helper()
	cfg := kafka.Config{
		Brokers: r.cluster.ListenAddrs(), Topic: topic, Ingest: r.engine.Ingest, Retry: 5 * time.Millisecond,
		Quarantine: func(_ context.Context, p kafka.Poison) error {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.poison = append(r.poison, p)
			return nil
		},
		Count: func(result string, n int) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.results[result] += n
		},
	}
	for _, f := range adjust {
		f(&cfg)
	}
	c, err := kafka.New(cfg)
	if err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			r.t.Errorf("Run: %v", err)
		}
	})
	r.t.Cleanup(stop)
	return c, stop
}

// incidents are those in the store, by title.
func (r *rig) incidents() map[string]engine.Incident {
	r.t.Helper()
	out := make(map[string]engine.Incident)
	page, err := r.engine.Incidents(r.t.Context(), engine.IncidentFilter{}, "", 200)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, i := range page.Items {
		if _, twice := out[i.Title]; twice {
			r.t.Fatalf("%s is there twice", i.Title)
		}
		out[i.Title] = i
	}
	return out
}

// stored counts all incidents.
func (r *rig) stored() (n int) {
	r.t.Helper()
	for after := ""; ; {
		page, err := r.engine.Incidents(r.t.Context(), engine.IncidentFilter{}, after, 200)
		if err != nil {
			r.t.Fatal(err)
		}
		n += len(page.Items)
		if after = page.Next; after == "" {
			return n
		}
	}
}

func (r *rig) quarantined() []kafka.Poison {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]kafka.Poison(nil), r.poison...)
}

func (r *rig) counted(result string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.results[result]
}

// committed is the group's offset of a partition, -1 where it has none.
func (r *rig) committed(partition int32) int64 {
	r.t.Helper()
	req := kmsg.NewPtrOffsetFetchRequest()
	req.Group = kafka.Group
	g := kmsg.NewOffsetFetchRequestGroup()
	g.Group = kafka.Group
	tp := kmsg.NewOffsetFetchRequestGroupTopic()
	tp.Topic, tp.Partitions = topic, []int32{partition}
	g.Topics = append(g.Topics, tp)
	req.Groups = append(req.Groups, g)
	resp, err := req.RequestWith(r.t.Context(), r.client)
	if err == nil && resp.ErrorCode == kerr.GroupIDNotFound.Code {
		return -1 // nobody has joined yet
	}
	if err != nil || len(resp.Groups) != 1 || len(resp.Groups[0].Topics) != 1 {
		r.t.Fatalf("offsets: %+v, %v", resp, err)
	}
	return resp.Groups[0].Topics[0].Partitions[0].Offset
}

// eventually polls: what is waited for happens in other goroutines and sockets.
func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !cond(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never happened: %s", what)
		}
	}
}

func TestAnAnomalyIsStoredAndThenCommitted(t *testing.T) {
	r := newRig(t, 1)
	r.produce(0, anomaly("a"))
	r.produce(0, `[`+anomaly("b")+`, {"kind": "deploy", "service": "checkout", "title": "deploy 4f1c2e"}]`)
	r.produce(0, "") // the deletion of a key
	c, _ := r.consume()
	eventually(t, "a commit after the last record", func() bool { return r.committed(0) == 3 })
	got := r.incidents()
	if len(got) != 2 || got["Checkout is slow on a"].Source != "kafka" || *got["Checkout is slow on b"].Spike != 450 {
		t.Errorf("incidents: %+v", got)
	}
	if s := c.State(); s.State != "consuming" {
		t.Errorf("state: %+v", s)
	}
	if r.counted("accepted") != 3 || r.counted("ignored") != 1 || r.counted("quarantined") != 0 {
		t.Errorf("counted: %v", r.results)
	}
}

func TestWhatCannotBeReadGoesToQuarantineAndTheRestIn(t *testing.T) {
	r := newRig(t, 1)
	r.produce(0, `{"title": `)
	r.produce(0, anomaly("good"))
	r.produce(0, `{"alerts": [{"title": 7}, `+anomaly("half")+`]}`)
	r.produce(0, `{"title": "`+strings.Repeat("x", 1<<20)+`"}`)
	r.consume(func(c *kafka.Config) {
		keep, failed := c.Quarantine, false
		c.Quarantine = func(ctx context.Context, p kafka.Poison) error {
			if !failed {
				failed = true
				return &engine.Error{Kind: engine.Unavailable, Text: "away"}
			}
			return keep(ctx, p)
		}
	})
	eventually(t, "a commit after the last record", func() bool { return r.committed(0) == 4 })
	if got := r.incidents(); len(got) != 2 {
		t.Errorf("%d incidents, want 2: %v", len(got), got)
	}
	got := r.quarantined()
	if len(got) != 3 {
		t.Fatalf("%d in quarantine, want 3: %v", len(got), got)
	}
	for n, want := range []string{topic + "/0@0", topic + "/0@2", topic + "/0@3"} {
		if got[n].Place != want || got[n].Err == nil || len(got[n].Body) == 0 || len(got[n].Body) > 8<<10 || got[n].At.IsZero() {
			t.Errorf("quarantine[%d]: %s %v, %d bytes", n, got[n].Place, got[n].Err, len(got[n].Body))
		}
	}
}

func TestCloudEventsAreAnomaliesToo(t *testing.T) {
	r := newRig(t, 1)
	header := func(pairs ...string) (out []kgo.RecordHeader) {
		for n := 0; n < len(pairs); n += 2 {
			out = append(out, kgo.RecordHeader{Key: pairs[n], Value: []byte(pairs[n+1])})
		}
		return out
	}
	event := `{"specversion": "1.0", "id": "%s", "source": "/shop", "type": "example.anomaly", "data": ` + "%s}"
	r.produce(0, fmt.Sprintf(event, "1", anomaly("structured")), header("content-type", "application/cloudevents+json")...)
	r.produce(0, fmt.Sprintf(event, "2", anomaly("untyped")))
	r.produce(0, anomaly("binary"), header("content-type", "application/json", "ce_specversion", "1.0", "ce_id", "3", "ce_source", "/shop", "ce_type", "example.anomaly")...)
	r.produce(0, "["+fmt.Sprintf(event, "4", anomaly("batch"))+"]", header("content-type", "application/cloudevents-batch+json")...)
	r.consume()
	eventually(t, "a commit after the last record", func() bool { return r.committed(0) == 4 })
	got := r.incidents()
	for _, id := range []string{"structured", "untyped", "binary", "batch"} {
		if i := got["Checkout is slow on "+id]; i.Service != "checkout" || i.ErrorType != "database_timeout" {
			t.Errorf("%s: %+v; quarantine %v", id, i, r.quarantined())
		}
	}
}

func TestACloudEventThatIsProducedTwiceIsOne(t *testing.T) {
	r := newRig(t, 1)
	at := time.Now().Add(-time.Minute)
	event := func(id, status string) {
		at = at.Add(time.Second)
		rec := &kgo.Record{Timestamp: at, Value: fmt.Appendf(nil, `{"specversion": "1.0", "id": %q, "source": "/shop", "type": "example.alert.%s", "data": {"title": "Shop is slow", "fingerprint": "a"}}`, id, status)}
		if err := r.client.ProduceSync(t.Context(), rec).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	r.produce(0, anomaly("before"))
	event("1", "firing")
	event("2", "resolved")
	event("1", "firing") // its producer heard nothing of the first one
	r.consume()
	eventually(t, "a commit after the last record", func() bool { return r.committed(0) == 4 })
	if i := r.incidents()["Shop is slow"]; i.Status != engine.Resolved || i.Reopened != 0 {
		t.Errorf("%+v", i)
	}
}

func TestARecordThatAlwaysFailsDoesNotHoldUpTheOthers(t *testing.T) {
	r := newRig(t, 1)
	for _, id := range []string{"a", "cursed", "b"} {
		r.produce(0, anomaly(id))
	}
	r.consume(func(c *kafka.Config) {
		c.Ingest = func(ctx context.Context, d engine.Delivery) (engine.Receipt, error) {
			for _, a := range d.Alerts {
				if a.Fingerprint == "cursed" {
					return engine.Receipt{}, errors.New("no such luck")
				}
			}
			return r.engine.Ingest(ctx, d)
		}
	})
	eventually(t, "a commit after the last record", func() bool { return r.committed(0) == 3 })
	if got := r.quarantined(); len(got) != 1 || got[0].Place != topic+"/0@1" {
		t.Errorf("quarantine: %v", got)
	}
	if got := r.incidents(); len(got) != 2 {
		t.Errorf("%d incidents, want 2", len(got))
	}
}

func TestNothingIsCommittedWhileTheStoreIsAway(t *testing.T) {
	r := newRig(t, 2)
	r.produce(0, anomaly("a"))
	r.produce(1, anomaly("b"))
	var mu sync.Mutex
	away, tries := true, 0
	c, _ := r.consume(func(c *kafka.Config) {
		c.Ingest = func(ctx context.Context, d engine.Delivery) (engine.Receipt, error) {
			mu.Lock()
			defer mu.Unlock()
			if tries++; away {
				return engine.Receipt{}, &engine.Error{Kind: engine.Unavailable, Text: "away"}
			}
			return r.engine.Ingest(ctx, d)
		}
	})
	eventually(t, "a few tries", func() bool { mu.Lock(); defer mu.Unlock(); return tries > 3 })
	if s := c.State(); s.State != "waiting" || s.Detail == "" {
		t.Errorf("state: %+v", s)
	}
	for p := range int32(2) {
		if at := r.committed(p); at != -1 {
			t.Fatalf("partition %d is committed to %d", p, at)
		}
	}
	mu.Lock()
	away = false
	mu.Unlock()
	eventually(t, "both commits", func() bool { return r.committed(0) == 1 && r.committed(1) == 1 })
	if got := r.incidents(); len(got) != 2 || len(r.quarantined()) != 0 {
		t.Errorf("incidents: %v, quarantine %v", got, r.quarantined())
	}
}

// What a consumer stored and could not commit comes again to the next one.
func TestARecordStoredBeforeACrashComesAgainAndChangesNothing(t *testing.T) {
	r := newRig(t, 1)
	var mended atomic.Bool
	r.cluster.ControlKey(int16(kmsg.OffsetCommit), func(req kmsg.Request) (kmsg.Response, error, bool) {
		r.cluster.KeepControl()
		if mended.Load() {
			return nil, nil, false
		}
		resp := req.ResponseKind().(*kmsg.OffsetCommitResponse)
		for _, tp := range req.(*kmsg.OffsetCommitRequest).Topics {
			out := kmsg.NewOffsetCommitResponseTopic()
			out.Topic, out.TopicID = tp.Topic, tp.TopicID
			for _, p := range tp.Partitions {
				part := kmsg.NewOffsetCommitResponseTopicPartition()
				part.Partition, part.ErrorCode = p.Partition, kerr.UnknownServerError.Code
				out.Partitions = append(out.Partitions, part)
			}
			resp.Topics = append(resp.Topics, out)
		}
		return resp, nil, true
	})
	r.produce(0, anomaly("a"))
	r.produce(0, `{"kind": "deploy", "service": "checkout", "title": "deploy 4f1c2e"}`)
	r.produce(0, `{"fingerprint": "a", "title": "Checkout is slow on a", "service": "checkout", "status": "resolved"}`)
	_, crash := r.consume()
	eventually(t, "the incident to be over", func() bool {
		return r.incidents()["Checkout is slow on a"].Status == engine.Resolved
	})
	crash()
	if at := r.committed(0); at != -1 {
		t.Fatalf("committed to %d behind our back", at)
	}
	before := r.incidents()["Checkout is slow on a"]

	mended.Store(true)
	again := newResults()
	r.consume(again.count)
	eventually(t, "the commit", func() bool { return r.committed(0) == 3 })
	after := r.incidents()["Checkout is slow on a"]
	if after.Status != engine.Resolved || after.Reopened != 0 || !after.ResolvedAt.Equal(*before.ResolvedAt) || !after.StartedAt.Equal(before.StartedAt) {
		t.Errorf("before the crash\n%+v\nafter\n%+v", before, after)
	}
	if n := again.of("ignored"); n != 3 {
		t.Errorf("%d of 2 alerts and a change changed nothing", n)
	}
	if err := r.store.View(t.Context(), func(rd engine.Reader) error {
		changes, err := rd.Changes(t.Context(), "checkout", time.Now().Add(-time.Hour), time.Now(), 10)
		if len(changes) != 1 {
			t.Errorf("changes: %v", changes)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
}

func TestTwoConsumersShareTheTopicAndLoseNothingAsTheyComeAndGo(t *testing.T) {
	const partitions, each = 4, 25
	r := newRig(t, partitions)
	n := 0
	produce := func() {
		for range each {
			for p := range int32(partitions) {
				r.produce(p, anomaly(fmt.Sprint(n)))
				n++
			}
		}
	}
	had := newResults()
	_, stopFirst := r.consume(had.count)
	produce()
	eventually(t, "the first to have some", func() bool { return had.of("accepted") > 0 })
	other := newResults()
	r.consume(other.count)
	produce()
	eventually(t, "the second to have some", func() bool {
		r.produce(int32(n%partitions), anomaly(fmt.Sprint(n)))
		n++
		return other.of("accepted") > 0
	})
	produce()
	stopFirst()
	produce()
	// What the first stored while it was stopped counts as its neighbour's repeat,
	// so the store is asked.
	eventually(t, "all of it to be stored", func() bool { return r.stored() >= n })
	if got := r.stored(); got != n {
		t.Errorf("%d incidents of %d anomalies", got, n)
	}
}

func TestBrokersThatAreAwayAreShownAndWaitedFor(t *testing.T) {
	r := newRig(t, 1)
	c, stop := r.consume(func(c *kafka.Config) { c.Brokers = []string{"127.0.0.1:1"} })
	eventually(t, "a failed state", func() bool { return c.State().State == "failed" })
	if s := c.State(); strings.Contains(s.Detail, "127.0.0.1") || s.Detail == "" {
		t.Errorf("what everybody may read says %q", s.Detail)
	}
	stop()
}

func TestATopicThatIsNotThereIsShownAndWaitedFor(t *testing.T) {
	r := newRig(t, 1)
	c, _ := r.consume(func(c *kafka.Config) { c.Topic = "later" })
	eventually(t, "a failed state", func() bool { return c.State().State == "failed" })
	if s := c.State(); !strings.Contains(s.Detail, "topic") {
		t.Errorf("what everybody may read says %q", s.Detail)
	}
	if _, err := create(t, r.client, "later"); err != nil {
		t.Fatal(err)
	}
	if err := r.client.ProduceSync(t.Context(), &kgo.Record{Topic: "later", Value: []byte(anomaly("a"))}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the anomaly", func() bool { return r.counted("accepted") == 1 && c.State().State == "consuming" })
}

func TestCheckSaysWhatIsWrong(t *testing.T) {
	r := newRig(t, 1)
	for name, c := range map[string]struct {
		broker, topic, want string
	}{
		"nothing":                   {r.cluster.ListenAddrs()[0], topic, ""},
		"a topic that is not there": {r.cluster.ListenAddrs()[0], "later", "UNKNOWN_TOPIC_OR_PARTITION"},
		"brokers that are away":     {"127.0.0.1:1", topic, "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			err := kafka.Check(t.Context(), kafka.Config{Brokers: []string{c.broker}, Topic: c.topic})
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v", err)
			}
		})
	}
}

// create makes a topic with one partition.
func create(t *testing.T, client *kgo.Client, name string) (*kmsg.CreateTopicsResponse, error) {
	t.Helper()
	one := kmsg.NewCreateTopicsRequestTopic()
	one.Topic, one.NumPartitions, one.ReplicationFactor = name, 1, 1
	ask := kmsg.NewPtrCreateTopicsRequest()
	ask.Topics = append(ask.Topics, one)
	return ask.RequestWith(t.Context(), client)
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	ingest := func(context.Context, engine.Delivery) (engine.Receipt, error) { return engine.Receipt{}, nil }
	for name, cfg := range map[string]kafka.Config{
		"no brokers":        {Topic: topic, Ingest: ingest},
		"no topic":          {Brokers: []string{"b:9092"}, Ingest: ingest},
		"nothing to ingest": {Brokers: []string{"b:9092"}, Topic: topic},
		"kerberos":          {Brokers: []string{"b:9092"}, Topic: topic, Ingest: ingest, SASL: kafka.SASL{Mechanism: "kerberos"}},
	} {
		if _, err := kafka.New(cfg); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// results counts what one consumer did.
type results struct {
	mu sync.Mutex
	n  map[string]int
}

func newResults() *results { return &results{n: make(map[string]int)} }

func (s *results) count(c *kafka.Config) {
	c.Count = func(result string, n int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.n[result] += n
	}
}

func (s *results) of(result string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n[result]
}
