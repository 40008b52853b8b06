package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"ragoffire/engine"
	"ragoffire/engine/llm"
	"ragoffire/seeds"
	"ragoffire/store"
)

// open opens the store and the engine on it, and loads the examples where they
// are wanted and the store is empty.
func open(ctx context.Context, cfg *config, ec engine.Config, log *slog.Logger) (store.Store, *engine.Engine, error) {
	st, err := store.Open(ctx, cfg.database, store.Options{Log: log})
	if err != nil {
		return nil, nil, err
	}
	ec.Store, ec.Log = st, log
	if cfg.openaiEmbedding != "" {
		ec.Embedder = llm.NewEmbedder(llm.Config{Key: cfg.openaiKey, BaseURL: cfg.openaiBase, Model: cfg.openaiEmbedding})
	}
	e, err := engine.New(ctx, ec)
	if err == nil && cfg.seed {
		err = seed(ctx, st, e)
	}
	if err != nil {
		return nil, nil, errors.Join(err, st.Close())
	}
	return st, e, nil
}

// seed loads the examples into an empty store.
func seed(ctx context.Context, st engine.Store, e *engine.Engine) error {
	empty := false
	err := st.View(ctx, func(r engine.Reader) error {
		last, _, err := r.LastSeq(ctx)
		empty = last == 0
		return err
	})
	if err != nil || !empty {
		return err
	}
	incidents, runbooks, err := seeds.Load()
	if err != nil {
		return fmt.Errorf("the examples: %w", err)
	}
	return e.AddHistory(ctx, incidents, runbooks)
}

// withEngine runs a short command on the store, beside a running serve or not.
func withEngine(ctx context.Context, getenv func(string) string, std streams, do func(*engine.Engine) error) error {
	return with(ctx, getenv, std, func(*engine.Config) {}, do)
}

// withHistory is withEngine for commands that write, copy or replay history and
// search none of today's.
func withHistory(ctx context.Context, getenv func(string) string, std streams, do func(*engine.Engine) error) error {
	return with(ctx, getenv, std, func(ec *engine.Config) { ec.Unread = true }, do)
}

func with(ctx context.Context, getenv func(string) string, std streams, adjust func(*engine.Config), do func(*engine.Engine) error) error {
	cfg, err := readConfig(getenv)
	if err != nil {
		return err
	}
	ec := cfg.engineConfig()
	adjust(&ec)
	st, e, err := open(ctx, &cfg, ec, newLog(std.err, "warn", cfg.logFormat))
	if err != nil {
		return err
	}
	return errors.Join(do(e), st.Close())
}
