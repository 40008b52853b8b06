package bot

import (
	"context"

	"ragoffire/engine"
)

// reach is the job that looks whether Slack can be reached. Where neither socket
// has been open for a while, what is critical is told elsewhere at once.
func (b *Bot) reach(ctx context.Context, _ string) error {
	h := b.Health()
	return b.engine.PageUnreached(ctx, h.Sockets == 0 && b.now().Sub(h.Since) >= engine.Unreachable)
}
