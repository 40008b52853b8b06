package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"ragoffire/engine"
)

func TestKafkaSettings(t *testing.T) {
	c, err := readConfig(env("HOME=/h", "KAFKA_BROKERS=a:9092, b:9092", "KAFKA_TOPIC=anomalies", "KAFKA_TLS=true",
		"KAFKA_SASL_MECHANISM=PLAIN", "KAFKA_SASL_USERNAME=rof", "KAFKA_SASL_PASSWORD_FILE="+write(t, "secret\n")))
	if err != nil {
		t.Fatal(err)
	}
	if k := c.kafka; len(k.Brokers) != 2 || k.Brokers[1] != "b:9092" || k.Group != "rof" || !k.TLS || k.SASL.Mechanism != "plain" || k.SASL.Password != "secret" {
		t.Errorf("%+v", k)
	}
	if c, err := readConfig(env("HOME=/h")); err != nil || len(c.kafka.Brokers) != 0 {
		t.Errorf("without settings: %+v, %v", c.kafka, err)
	}
	for want, pairs := range map[string][]string{
		"is not HOST:PORT":      {"KAFKA_BROKERS=kafka", "KAFKA_TOPIC=t"},
		"KAFKA_TOPIC is not":    {"KAFKA_BROKERS=a:9092"},
		"KAFKA_BROKERS is not":  {"KAFKA_TOPIC=t"},
		"KAFKA_TLS must be":     {"KAFKA_TLS=perhaps"},
		"must be plain, scram":  {"KAFKA_SASL_MECHANISM=gssapi", "KAFKA_SASL_USERNAME=a", "KAFKA_SASL_PASSWORD=b"},
		"MECHANISM needs":       {"KAFKA_SASL_MECHANISM=plain"},
		"MECHANISM is not":      {"KAFKA_SASL_USERNAME=rof"},
		"shows the password to": {"KAFKA_BROKERS=kafka.example.com:9092", "KAFKA_TOPIC=t", "KAFKA_SASL_MECHANISM=plain", "KAFKA_SASL_USERNAME=a", "KAFKA_SASL_PASSWORD=b"},
	} {
		if _, err := readConfig(env(append(pairs, "HOME=/h")...)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v, want it to say %q", pairs, err, want)
		}
	}
}

func TestAnomaliesFromKafkaOutliveAKill(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(2, "anomalies"), kfake.GroupMinSessionTimeout(100*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.DefaultProduceTopic("anomalies"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	const n = 60
	produce := func(from, to int) {
		var records []*kgo.Record
		for i := from; i < to; i++ {
			key := fmt.Sprintf("series-%d", i)
			records = append(records, &kgo.Record{Key: []byte(key), Value: fmt.Appendf(nil, `{"fingerprint": %q, "title": "Slow %d", "service": "svc-%d", "error_type": "database_timeout"}`, key, i, i)})
		}
		if err := client.ProduceSync(t.Context(), records...).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	settings := []string{sqliteDB(t), "ROF_SEED=false", "KAFKA_BROKERS=" + strings.Join(cluster.ListenAddrs(), ","), "KAFKA_TOPIC=anomalies"}
	produce(0, n/2)
	p := serving(t, settings...)
	wait(t, 20*time.Second, "the first incidents", func() bool { return len(live(p)) > 0 })
	produce(n/2, n)
	p.kill()

	p = serving(t, settings...)
	wait(t, 60*time.Second, "all incidents", func() bool { return len(live(p)) >= n })
	if got := len(live(p)); got != n {
		t.Errorf("%d incidents of %d anomalies", got, n)
	}
	var ready struct {
		Checks map[string]struct{ State string }
	}
	p.get("/readyz", &ready)
	if got := ready.Checks["kafka"].State; got != "consuming" {
		t.Errorf("readyz says that kafka is %q", got)
	}
	if err := client.ProduceSync(t.Context(), &kgo.Record{Value: []byte(`{"title": `)}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	wait(t, 10*time.Second, "what cannot be read to be shown", func() bool {
		resp, err := http.Get(p.url + "/")
		if err != nil {
			return false
		}
		defer func() { _ = resp.Body.Close() }()
		page, _ := io.ReadAll(resp.Body)
		return strings.Contains(string(page), "anomalies/")
	})
	t.Run("and are counted once, with what the killed process took in", func(t *testing.T) {
		balanced(t, "/metrics", scraped(t, p.url))
		out, _, _ := sourceRun(t, "", settings[:2], "list", "--json")
		var got struct{ Sources []listedSource }
		if err := json.Unmarshal([]byte(out), &got); err != nil || len(got.Sources) != 1 {
			t.Fatalf("%v: %s", err, out)
		}
		a := got.Sources[0].Account
		balanced(t, "the store", map[string]engine.Account{"kafka": a})
		if a.Accepted != n || a.Quarantined != 1 || a.Refused != 0 {
			t.Errorf("of %d anomalies and one that cannot be read: %+v", n, a)
		}
	})
	cluster.Close()
	wait(t, 20*time.Second, "readyz to tell", func() bool {
		p.get("/readyz", &ready)
		return ready.Checks["kafka"].State == "failed"
	})
	resp, err := http.Get(p.url + "/readyz")
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("without Kafka it is not ready: %v, %v", resp, err)
	}
	_ = resp.Body.Close()
	if code := p.stop(); code != 0 {
		t.Errorf("exit status %d", code)
	}
}
