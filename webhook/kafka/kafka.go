// Package kafka takes anomalies in from a topic: what monitoring would deliver
// as a webhook, in our own JSON or as CloudEvents, a record each.
//
// A record is committed once all it holds is in the store, so a crash brings it
// again and never loses it; what comes again changes nothing. What cannot be
// read is kept in quarantine, and the rest goes on. While the store is away
// nothing is committed and the same records are asked for again.
package kafka

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"ragoffire/engine"
)

const (
	// Source is the name by which alerts from a topic are known.
	Source = "kafka"
	// Group is the consumer group where none is named.
	Group = "rof"
)

// What a process holds at most: a few fetches of a few megabytes, and one batch.
const (
	batchSize         = 500
	maxFetch          = 8 << 20
	maxPartitionFetch = 1 << 20
	maxFetches        = 2
)

const (
	// A group that has committed nothing yet begins this long ago: what came
	// while the first process was being set up, or before its first commit,
	// is not lost, and old trouble does not come back as new.
	lookBack = time.Hour
	// keepWithin bounds the time for a batch. It must stay below the group's
	// rebalance timeout of a minute: a rebalance waits for the batch.
	keepWithin = 40 * time.Second
	// sessionTimeout is how long the topic of a process that was killed stands
	// still until the others take it up. Brokers take 6 s and more.
	sessionTimeout = 10 * time.Second
	// commitWithin bounds one commit, also that of a process that stops.
	commitWithin = 5 * time.Second
)

// Config is what a Consumer is made of. Brokers, Topic and Ingest are required.
type Config struct {
	Brokers []string // HOST:PORT
	Topic   string
	Group   string // rof
	TLS     bool
	SASL    SASL

	// Ingest makes a delivery durable before it returns; engine.Engine's own.
	Ingest func(context.Context, engine.Delivery) (engine.Receipt, error)
	// Quarantine makes what cannot be read durable before it returns. Where it
	// is nil, the log has the error and the record's place.
	Quarantine func(context.Context, Poison) error

	Retry time.Duration // 1 s: the first wait where the store is away; it doubles up to 30 times
	Log   *slog.Logger  // discards
	// Count is told what became of alerts: accepted, ignored or quarantined.
	Count func(result string, n int)
}

// SASL is how the brokers know us. Without Mechanism they don't ask.
type SASL struct {
	Mechanism      string // plain, scram-sha-256 or scram-sha-512
	User, Password string
}

// Consumer is one member of the group.
type Consumer struct {
	cfg    Config
	log    *slog.Logger
	client *kgo.Client
	watch  *watch
	tries  map[string]int // failures of records, by place, that are not the store's absence
}

// New returns a consumer that Run makes consume. It connects to nothing yet.
func New(cfg Config) (*Consumer, error) {
	switch {
	case len(cfg.Brokers) == 0:
		return nil, errors.New("kafka: no brokers")
	case cfg.Topic == "":
		return nil, errors.New("kafka: no topic")
	case cfg.Ingest == nil:
		return nil, errors.New("kafka: nothing to ingest with")
	}
	cfg.Group = cmp.Or(cfg.Group, Group)
	cfg.Retry = cmp.Or(cfg.Retry, time.Second)
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Count == nil {
		cfg.Count = func(string, int) {}
	}
	c := &Consumer{cfg: cfg, log: cfg.Log.With("component", "kafka", "topic", cfg.Topic, "group", cfg.Group), tries: make(map[string]int)}
	c.watch = &watch{log: c.log}
	options, err := c.options()
	if err != nil {
		return nil, err
	}
	if c.client, err = kgo.NewClient(options...); err != nil {
		return nil, fmt.Errorf("kafka: %w", err)
	}
	return c, nil
}

func (c *Consumer) options() ([]kgo.Opt, error) {
	options, err := c.cfg.connection()
	return append(options,
		kgo.ConsumerGroup(c.cfg.Group), kgo.ConsumeTopics(c.cfg.Topic),
		kgo.DisableAutoCommit(), kgo.SessionTimeout(sessionTimeout),
		// A rebalance waits until a batch is stored and committed, so that its
		// next owner begins after it.
		kgo.BlockRebalanceOnPoll(),
		kgo.ConsumeStartOffset(kgo.NewOffset().AfterMilli(time.Now().Add(-lookBack).UnixMilli())),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.FetchMaxBytes(maxFetch), kgo.FetchMaxPartitionBytes(maxPartitionFetch), kgo.MaxConcurrentFetches(maxFetches),
		kgo.WithHooks(c.watch),
		kgo.OnPartitionsAssigned(func(context.Context, *kgo.Client, map[string][]int32) { c.watch.well() }),
	), err
}

// connection is how the brokers are reached.
func (c *Config) connection() ([]kgo.Opt, error) {
	options := []kgo.Opt{kgo.ClientID("rof"), kgo.SeedBrokers(c.Brokers...), kgo.DisableClientMetrics()}
	if c.TLS {
		options = append(options, kgo.DialTLSConfig(&tls.Config{MinVersion: tls.VersionTLS12}))
	}
	switch s := c.SASL; s.Mechanism {
	case "":
	case "plain":
		options = append(options, kgo.SASL(plain.Auth{User: s.User, Pass: s.Password}.AsMechanism()))
	case "scram-sha-256":
		options = append(options, kgo.SASL(scram.Auth{User: s.User, Pass: s.Password}.AsSha256Mechanism()))
	case "scram-sha-512":
		options = append(options, kgo.SASL(scram.Auth{User: s.User, Pass: s.Password}.AsSha512Mechanism()))
	default:
		return nil, fmt.Errorf("kafka: SASL mechanism %q is unknown; there are plain, scram-sha-256 and scram-sha-512", s.Mechanism)
	}
	return options, nil
}

// Run consumes until ctx ends, then leaves the group. Brokers that are away
// don't end it: they are waited for. It is called once.
func (c *Consumer) Run(ctx context.Context) error {
	var looking sync.WaitGroup
	defer looking.Wait()
	defer c.client.CloseAllowingRebalance()
	looking.Go(func() { c.look(ctx) })
	wait := c.cfg.Retry
	for {
		fetches := c.client.PollRecords(ctx, batchSize)
		if ctx.Err() != nil {
			return nil
		}
		var err error
		fetches.EachError(func(_ string, _ int32, e error) { err = cmp.Or(err, e) })
		if err == nil {
			c.watch.well()
		} else {
			c.watch.failed("the brokers refuse us; the log says why", err)
		}
		stored := c.batch(ctx, fetches.Records())
		c.client.AllowRebalance()
		if stored && err == nil {
			wait = c.cfg.Retry
			continue
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil
		}
		wait = min(2*wait, 30*c.cfg.Retry)
	}
}

// batch stores records and commits them, or goes back to where they begin.
func (c *Consumer) batch(ctx context.Context, records []*kgo.Record) bool {
	if len(records) == 0 {
		return true
	}
	within, cancel := context.WithTimeout(ctx, keepWithin)
	defer cancel()
	if err := c.keep(within, records); err != nil {
		if ctx.Err() == nil {
			c.watch.waiting(err)
		}
		c.client.SetOffsets(firsts(records))
		return false
	}
	clear(c.tries)
	// What is stored is said so even by a process that stops.
	commit, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitWithin)
	defer cancel()
	if err := c.client.CommitRecords(commit, records...); err != nil {
		// They come again to whoever is next, and change nothing then.
		c.log.WarnContext(ctx, "records are stored but not committed", "records", len(records), "error", err)
	}
	return true
}

// firsts is where each partition's records begin.
func firsts(records []*kgo.Record) map[string]map[int32]kgo.EpochOffset {
	out := make(map[string]map[int32]kgo.EpochOffset)
	for _, r := range records {
		if out[r.Topic] == nil {
			out[r.Topic] = make(map[int32]kgo.EpochOffset)
		}
		if at, seen := out[r.Topic][r.Partition]; !seen || r.Offset < at.Offset {
			out[r.Topic][r.Partition] = kgo.EpochOffset{Epoch: r.LeaderEpoch, Offset: r.Offset}
		}
	}
	return out
}
