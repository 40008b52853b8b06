package retrieval
import "context"

// Nulls are the quantiles of the best Cosine that a text gets against documents that are not about it.
type Nulls struct {
	N50, N99 float64
	// Samples is how many documents they were measured on; 0 means that the defaults for small indexes stand in.
	Samples int
}
type nulls struct{}

// Nulls tells what Cosine means in this index.
func (x *Index) Nulls() Nulls { return Nulls{} }
func (x *Index) MeasureNulls(ctx context.Context) error { return nil }
