package main

import (
	"context"
	"sync/atomic"

	"ragoffire/engine"
	"ragoffire/engine/llm"
	"ragoffire/webhook"
)

// writer is a chat endpoint as the engine asks for words.
type writer struct {
	*llm.Writer
	failing *atomic.Bool // the last question was not answered
}

func newWriter(cfg *config) writer {
	return writer{llm.NewWriter(llm.WriterConfig{
		Config:  llm.Config{Key: cfg.openaiKey, BaseURL: cfg.openaiBase, Model: cfg.openaiModel},
		Timeout: cfg.file.modelTimeout, TokensPerHour: cfg.file.tokensPerHour,
	}), new(atomic.Bool)}
}

// worded is the engine's settings with a model's words, where a model is set. Only
// serve has them: nobody waits at a command for words, or sees them come.
func worded(cfg *config, count func(string)) engine.Config {
	ec := cfg.engineConfig()
	if cfg.openaiModel != "" {
		ec.Writer, ec.CountWords = newWriter(cfg), count
	}
	return ec
}

// Write implements engine.Writer.
func (w writer) Write(ctx context.Context, b engine.Brief) (engine.Draft, error) {
	brief := llm.Brief{Facts: b.Facts, Action: b.Action}
	for _, s := range b.Evidence {
		brief.Evidence = append(brief.Evidence, llm.Evidence(s))
	}
	d, err := w.Writer.Write(ctx, brief)
	if ctx.Err() == nil {
		w.failing.Store(err != nil)
	}
	return engine.Draft(d), err
}

// modelState is what /readyz says of the model; nil where there is none. Why it
// fails is the log's to say: anybody may read /readyz.
func modelState(w engine.Writer) func() webhook.SlackState {
	ours, ok := w.(writer)
	if !ok {
		return nil
	}
	return func() webhook.SlackState {
		if ours.failing.Load() {
			return webhook.SlackState{State: "degraded", Detail: "the model did not answer the last question; decisions stand without its words"}
		}
		return webhook.SlackState{State: "ok"}
	}
}
