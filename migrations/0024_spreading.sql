-- +goose Up
-- How a ratable product's price is spread over its service: which weight a month has, and who takes the odd cents. Empty is the
-- default, by day and cumulative. See catalog.Method, catalog.Rounding and revrec.Terms.
alter table catalog.product_versions
    add column method   text not null default ''
        check (method in ('', 'daily', 'by_second', 'monthly_even', 'monthly_fraction', 'monthly_fraction_half', 'mid_month', 'next_month', 'full_month')),
    add column rounding text not null default ''
        check (rounding in ('', 'cumulative_half_up', 'last_absorbs', 'first_absorbs', 'largest_remainder', 'floor_last_full_month_absorbs', 'round_monthly_then_last_absorbs'));
