package main

import (
	"bytes"
	"context"
	"fmt"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
	"github.com/CycloneDX/cyclonedx-gomod/pkg/generate/bin"
	"github.com/rs/zerolog"
)

// sbomFile is the name of a program's bill of materials.
func (r *release) sbomFile(p platform, name string) string {
	return fmt.Sprintf("%s_%s_%s.cdx.json", name, r.number(), p)
}

// writeSBOMs reads out of each built program which modules are linked into it, Go's own library too.
func (r *release) writeSBOMs(context.Context) error {
	for _, p := range r.platforms {
		for _, prog := range programs {
			g, err := bin.NewGenerator(r.builtFile(p, prog.name), bin.WithIncludeStdlib(true), bin.WithVersionOverride(r.version), bin.WithLogger(zerolog.Nop()))
			if err != nil {
				return err
			}
			bom, err := g.Generate()
			if err != nil {
				return fmt.Errorf("the bill of materials of %s for %s: %w", prog.name, p, err)
			}
			var out bytes.Buffer
			if err := cyclonedx.NewBOMEncoder(&out, cyclonedx.BOMFileFormatJSON).SetPretty(true).Encode(bom); err != nil {
				return err
			}
			if err := r.write(r.sbomFile(p, prog.name), out.Bytes()); err != nil {
				return err
			}
		}
	}
	return nil
}
