package engine

import "context"

// Sources counts the alerts of each source that has sent any.
func (e *Engine) Sources(ctx context.Context) (list []SourceCount, err error) {
	err = e.store.View(ctx, func(r Reader) error {
		list, err = r.Sources(ctx)
		return err
	})
	return list, err
}
