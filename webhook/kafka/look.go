package kafka

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// lookAfter is how many first waits the topic is asked after while none of its
// partitions was given to us.
const lookAfter = 5

// look says why nothing comes of a topic: one that is not there, or not for us, the
// client waits for without a word.
func (c *Consumer) look(ctx context.Context) {
	tick := time.NewTicker(lookAfter * c.cfg.Retry)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if c.watch.hasJoined() {
			return
		}
		if err := c.refusal(ctx); err != nil {
			c.watch.failed("the brokers have no such topic for us; the log says why", err)
		}
	}
}

// refusal is what the brokers say is wrong with the topic. Brokers that are away
// are told of elsewhere.
func (c *Consumer) refusal(ctx context.Context) error {
	within, cancel := context.WithTimeout(ctx, lookAfter*c.cfg.Retry)
	defer cancel()
	code, err := topic(within, c.client, c.cfg.Topic)
	if err != nil || kerr.IsRetriable(code) && !errors.Is(code, kerr.UnknownTopicOrPartition) {
		return nil // it passes
	}
	return code
}

// Check asks the brokers of a config for its topic, and joins no group.
func Check(ctx context.Context, cfg Config) error {
	options, err := cfg.connection()
	if err != nil {
		return err
	}
	client, err := kgo.NewClient(append(options, kgo.RequestRetries(1))...)
	if err != nil {
		return err
	}
	defer client.Close()
	within, cancel := context.WithTimeout(ctx, checkWithin)
	defer cancel()
	code, err := topic(within, client, cfg.Topic)
	return cmp.Or(err, code)
}

// checkWithin bounds a check: people wait for it.
const checkWithin = 10 * time.Second

// topic asks the brokers for a topic: code is what they say of it, err why they
// say nothing.
func topic(ctx context.Context, client *kgo.Client, name string) (code, err error) {
	one := kmsg.NewMetadataRequestTopic()
	one.Topic = &name
	ask := kmsg.NewPtrMetadataRequest()
	ask.Topics = append(ask.Topics, one)
	said, err := ask.RequestWith(ctx, client)
	if err != nil || len(said.Topics) != 1 {
		return nil, err
	}
	return kerr.ErrorForCode(said.Topics[0].ErrorCode), nil
}
