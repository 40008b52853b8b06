package main

import (
	"context"

	"ragoffire/engine"
	"ragoffire/engine/llm"
)

// writer is a chat endpoint as the engine asks for words.
type writer struct{ *llm.Writer }

func newWriter(cfg *config) writer {
	return writer{llm.NewWriter(llm.WriterConfig{
		Config:  llm.Config{Key: cfg.openaiKey, BaseURL: cfg.openaiBase, Model: cfg.openaiModel},
		Timeout: cfg.file.modelTimeout, TokensPerHour: cfg.file.tokensPerHour,
	})}
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
	return engine.Draft(d), err
}
