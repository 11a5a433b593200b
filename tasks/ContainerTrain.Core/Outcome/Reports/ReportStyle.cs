namespace ContainerTrain.Outcome;

/// <summary>How the pages look. No selector has a '>', which XML would write in another way than HTML reads it.</summary>
internal static class ReportStyle
{
    /// <summary>How many colours curves have; they begin again after the last.</summary>
    public const int SeriesColors = 6;

    public const string Css = """

        :root { color-scheme: light dark; --back: #ffffff; --card: #f6f7f9; --text: #1c2128; --soft: #59636e; --line: #d5dae0;
          --good: #1a7f37; --bad: #c9222e; --warn: #8a5a00; --link: #0a5fc4;
          --s0: #0b6bcb; --s1: #c2510c; --s2: #1a7f37; --s3: #8250df; --s4: #b01e6f; --s5: #6b7a00; }
        @media (prefers-color-scheme: dark) { :root { --back: #0e1116; --card: #171b22; --text: #e2e8ee; --soft: #98a3af; --line: #343c46;
          --good: #4ac26b; --bad: #ff7b72; --warn: #e3b341; --link: #6cb6ff;
          --s0: #6cb6ff; --s1: #ffa657; --s2: #5ad17c; --s3: #c8a6ff; --s4: #ff8fc0; --s5: #c9d25a; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 70rem; padding: 1rem; background: var(--back); color: var(--text);
          font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; }
        h1 { font-size: 1.5rem; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
        h2 { font-size: 1.1rem; margin: 2rem 0 .6rem; }
        p { margin: .4rem 0; overflow-wrap: anywhere; }
        a { color: var(--link); }
        .soft, .unit { color: var(--soft); }
        .small { font-size: .85rem; }
        .number { font-variant-numeric: tabular-nums; white-space: nowrap; }
        .bad { color: var(--bad); } .good { color: var(--good); } .warn { color: var(--warn); }
        .mono { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; font-size: .875em; overflow-wrap: anywhere; }
        header { display: flex; flex-wrap: wrap; gap: .4rem 1rem; align-items: center; }
        .badge { border: 1.5px solid currentColor; border-radius: 1rem; padding: .05rem .75rem; font-weight: 600; }
        .box { border: 1px solid var(--line); border-left: 4px solid var(--soft); border-radius: .4rem; background: var(--card); padding: .5rem .9rem; margin: .8rem 0; }
        .box.failed { border-left-color: var(--bad); } .box.note { border-left-color: var(--warn); }
        .tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .6rem; }
        .tile { background: var(--card); border: 1px solid var(--line); border-radius: .4rem; padding: .5rem .8rem; min-width: 0; }
        .tile .number { font-size: 1.3rem; font-weight: 600; } .tile .unit { font-size: .85rem; font-weight: 400; }
        .tile div { color: var(--soft); font-size: .85rem; overflow-wrap: anywhere; }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); gap: 1rem; }
        .chart { border: 1px solid var(--line); border-radius: .4rem; padding: .6rem .8rem; min-width: 0; max-width: 44rem; }
        .chart h3 { font-size: 1rem; margin: 0 0 .3rem; overflow-wrap: anywhere; }
        .chart svg { display: block; width: 100%; height: auto; }
        .chart label { display: inline-block; padding: .15rem .8rem; border: 1px solid var(--line); cursor: pointer; font-size: .85rem; color: var(--soft); }
        .chart input { position: absolute; opacity: 0; }
        .linear:checked + label, .log:checked + label { background: var(--text); color: var(--back); border-color: var(--text); }
        .chart input:focus-visible + label { outline: 2px solid var(--link); outline-offset: 2px; }
        .on-log, .log:checked ~ .on-linear { display: none; } .log:checked ~ .on-log { display: block; }
        .legend { display: flex; flex-wrap: wrap; gap: .1rem 1rem; font-size: .85rem; margin: .3rem 0; overflow-wrap: anywhere; }
        .swatch { display: inline-block; width: .9rem; height: .25rem; margin-right: .4rem; vertical-align: middle; border-radius: 2px; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; width: max-content; min-width: min(100%, 24rem); }
        th, td { text-align: left; padding: .3rem 1rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
        th { font-weight: 600; font-size: .85rem; color: var(--soft); white-space: nowrap; }
        td { max-width: 26rem; overflow-wrap: break-word; } td .mono { display: inline-block; max-width: min(26rem, 60vw); } .right { text-align: right; }
        @media (max-width: 32rem) { th, td { padding-right: .7rem; font-size: .85rem; } }
        dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); gap: .5rem 1.2rem; margin: 0; }
        dl div { min-width: 0; } dt { color: var(--soft); font-size: .85rem; } dd { margin: 0; overflow-wrap: anywhere; }
        pre { background: var(--card); border: 1px solid var(--line); border-radius: .4rem; padding: .6rem .8rem; margin: .4rem 0;
          overflow-x: auto; font: .8rem/1.45 ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
        summary { cursor: pointer; } footer { margin: 2.5rem 0 1rem; color: var(--soft); font-size: .85rem; }
        @media print { .chart input, .chart label { display: none; } }

        """;
}
