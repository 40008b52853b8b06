package kafka

import (
	"context"
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
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
	topic := kmsg.NewMetadataRequestTopic()
	topic.Topic = &c.cfg.Topic
	ask := kmsg.NewPtrMetadataRequest()
	ask.Topics = append(ask.Topics, topic)
	within, cancel := context.WithTimeout(ctx, lookAfter*c.cfg.Retry)
	defer cancel()
	said, err := ask.RequestWith(within, c.client)
	if err != nil || len(said.Topics) != 1 {
		return nil
	}
	err = kerr.ErrorForCode(said.Topics[0].ErrorCode)
	if kerr.IsRetriable(err) && !errors.Is(err, kerr.UnknownTopicOrPartition) {
		return nil // it passes
	}
	return err
}
