package llm

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/sashabaranov/go-openai"
)

const (
	attempts    = 3
	firstPause  = 500 * time.Millisecond
	answerLimit = 256 << 10 // bytes of an answer, its envelope included
	// answerTokens is what an answer may use. It is short; models that think first
	// need most of this.
	answerTokens = 2000
)

// WriterConfig is what a Writer is made of.
type WriterConfig struct {
	Config
	Timeout       time.Duration    // of one attempt; 10 s where 0
	TokensPerHour int              // of this process; 100,000 where 0
	Now           func() time.Time // time.Now
}

// Writer asks a chat endpoint to word what was decided. It is safe for
// concurrent use.
type Writer struct {
	cfg     WriterConfig
	client  *openai.Client
	breaker breaker
	budget  *budget
	// plain is set once the endpoint has refused a schema and answered without.
	plain atomic.Bool
}

// NewWriter returns a writer; it sends nothing yet.
func NewWriter(cfg WriterConfig) *Writer {
	if cfg.Timeout == 0 {
		cfg.Timeout = 10 * time.Second
	}
	if cfg.TokensPerHour == 0 {
		cfg.TokensPerHour = 100_000
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Writer{cfg: cfg, client: newClient(cfg.Config, cfg.Timeout, answerLimit), budget: newBudget(cfg.TokensPerHour)}
}

// Model names the model.
func (w *Writer) Model() string { return w.cfg.Model }

// Write returns the model's draft. It takes at most three times the timeout. An
// error says in a line why there is none; the caller goes on without.
func (w *Writer) Write(ctx context.Context, b Brief) (Draft, error) {
	ctx, cancel := context.WithTimeout(ctx, attempts*w.cfg.Timeout)
	defer cancel()
	messages, err := b.messages()
	if err != nil {
		return Draft{}, err
	}
	for n := 1; ; n++ {
		d, pause, err := w.attempt(ctx, messages)
		if err == nil || pause < 0 || n == attempts {
			return d, err
		}
		if pause == 0 { // full jitter: many processes see the same 503
			pause = time.Duration(rand.Int64N(int64(firstPause) << (n - 1)))
		}
		if deadline, ok := ctx.Deadline(); ok && pause > time.Until(deadline) {
			return Draft{}, err
		}
		select {
		case <-ctx.Done():
			return Draft{}, err
		case <-time.After(pause):
		}
	}
}

// attempt makes one call. Where that fails, it says how long to wait before the
// next: 0 for no word on that, below 0 for none.
func (w *Writer) attempt(ctx context.Context, messages []openai.ChatCompletionMessage) (Draft, time.Duration, error) {
	req := w.request(messages)
	reserved := cost(req)
	if !w.breaker.allow(w.cfg.Now()) {
		return Draft{}, -1, fmt.Errorf("the endpoint of %s has failed %d times in a row and is left alone for %s", w.cfg.Model, tripAfter, restFor)
	}
	if !w.budget.take(w.cfg.Now(), reserved) {
		w.breaker.gaveUp()
		return Draft{}, -1, fmt.Errorf("the hour's %d tokens for %s are used up; raise model.tokens_per_hour for more", w.cfg.TokensPerHour, w.cfg.Model)
	}
	resp, err := w.client.CreateChatCompletion(ctx, req)
	if code := status(err); req.ResponseFormat != nil && (code == http.StatusBadRequest || code == http.StatusUnprocessableEntity) {
		plain := openai.ChatCompletionRequest{Model: req.Model, Messages: messages}
		if resp, err = w.client.CreateChatCompletion(ctx, plain); err == nil {
			w.plain.Store(true)
		}
	}
	var d Draft
	pause := time.Duration(-1)
	if err != nil {
		if code := status(err); code == http.StatusTooManyRequests || code >= 500 {
			pause = retryAfter(resp.Header(), w.cfg.Timeout)
			w.budget.settle(reserved, 0) // refused before it was read
		}
		err = plainError(err)
	} else if d, err = read(resp); resp.Usage.TotalTokens > 0 {
		w.budget.settle(reserved, resp.Usage.TotalTokens)
	}
	if err == nil {
		w.breaker.done(w.cfg.Now(), true)
		return d, 0, nil
	}
	if errors.Is(context.Cause(ctx), context.Canceled) {
		w.breaker.gaveUp()
		return Draft{}, -1, fmt.Errorf("words of %s: %w", w.cfg.Model, ctx.Err())
	}
	w.breaker.done(w.cfg.Now(), false)
	return Draft{}, pause, fmt.Errorf("words of %s: %w", w.cfg.Model, err)
}

func (w *Writer) request(messages []openai.ChatCompletionMessage) openai.ChatCompletionRequest {
	req := openai.ChatCompletionRequest{Model: w.cfg.Model, Messages: messages}
	if w.plain.Load() {
		return req
	}
	req.ResponseFormat = schema()
	req.MaxCompletionTokens = answerTokens
	return req
}

// read takes the draft out of an answer.
func read(resp openai.ChatCompletionResponse) (Draft, error) {
	if len(resp.Choices) == 0 {
		return Draft{}, errors.New("the endpoint answers 200 without an answer")
	}
	return parseDraft(resp.Choices[0].Message.Content)
}

// cost is what a call may use, guessed high: three bytes a token.
func cost(req openai.ChatCompletionRequest) int {
	n := answerTokens
	for _, m := range req.Messages {
		n += len(m.Content) / 3
	}
	return n
}

// retryAfter reads the header of that name, in seconds or as a date; 0 where
// there is none, below 0 where it asks for more than the bound.
func retryAfter(h http.Header, bound time.Duration) time.Duration {
	v := h.Get("Retry-After")
	if v == "" {
		return 0
	}
	var d time.Duration
	if n, err := strconv.ParseFloat(v, 64); err == nil && n >= 0 && n < 1e6 {
		d = time.Duration(n * float64(time.Second))
	} else if at, err := http.ParseTime(v); err == nil {
		d = max(time.Until(at), 0)
	}
	if d > bound {
		return -1
	}
	return d
}
