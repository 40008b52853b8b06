package llm

import (
	"context"
	"fmt"
	"time"

	"github.com/sashabaranov/go-openai"
)

// pingWithin bounds the one request of Ping.
const pingWithin = 20 * time.Second

// Ping asks a chat model for a word, to learn whether it answers at all. It costs
// some twenty tokens.
func Ping(ctx context.Context, cfg Config) error {
	client := newClient(cfg, pingWithin, embedLimit)
	resp, err := client.CreateChatCompletion(ctx, openai.ChatCompletionRequest{
		Model:    cfg.Model,
		Messages: []openai.ChatCompletionMessage{{Role: openai.ChatMessageRoleUser, Content: "Answer with the word ok."}},
	})
	if err != nil {
		return fmt.Errorf("%s: %w", cfg.Model, plainError(err))
	}
	if len(resp.Choices) == 0 {
		return fmt.Errorf("%s: the answer holds no choice", cfg.Model)
	}
	return nil
}
