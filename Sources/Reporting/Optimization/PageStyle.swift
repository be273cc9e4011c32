/// How the page looks: on a phone, on a desk, in the dark, on paper.
enum PageStyle {
    /// Colours of series are those of Okabe and Ito (2008), told apart with any kind of colour vision; marks differ in shape
    /// as well. Wide tables scroll in boxes of their own, so that the page never does.
    static let css: Markup = """
        :root{color-scheme:light dark;--ink:#1b1f24;--soft:#5b6570;--line:#d9dee3;--faint:#eef1f4;--paper:#fff;\
        --float:#0072b2;--int8:#c44e00;--pruned:#00805d;--band:#c44e0018;--bar:#0072b2;--link:#0b5c8f}
        @media (prefers-color-scheme:dark){:root{--ink:#e4e8ec;--soft:#9aa5b0;--line:#333a42;--faint:#22272d;\
        --paper:#15191d;--float:#56b4e9;--int8:#f0a030;--pruned:#2fc79b;--band:#f0a03022;--bar:#56b4e9;--link:#7cc4ee}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
        body{margin:0;background:var(--paper);color:var(--ink);\
        font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
        main{max-width:1120px;margin:0 auto;padding:32px 20px 48px}
        h1{font-size:28px;line-height:1.2;font-weight:650;margin:0;letter-spacing:-.01em}
        h2{font-size:19px;line-height:1.3;font-weight:650;margin:0 0 8px}
        h3{font-size:15px;font-weight:600;margin:0 0 4px}
        p{margin:0 0 10px}
        section{margin-top:44px}
        section>p{max-width:76ch}
        h1,p,li,dd,bdi,code,summary{overflow-wrap:anywhere}
        a{color:var(--link);text-underline-offset:2px}
        small{font-size:12px;color:var(--soft)}
        .kicker,.byline,footer,.none,figcaption,.caption{color:var(--soft)}
        .kicker{margin:0 0 2px;font-size:13px}
        .byline{margin:6px 0 0;font-size:13px}
        span[data-json]{white-space:nowrap}
        [data-json],.n,.big,.ticks{font-variant-numeric:tabular-nums lining-nums}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(220px,1fr));gap:20px 28px;margin-top:28px}
        .tile{border-top:2px solid var(--ink);padding-top:10px}
        .tile h2{font-size:14px;font-weight:600;margin:0}
        .tile p{font-size:13px;color:var(--soft);margin:0}
        .tile .big{font-size:36px;line-height:1.2;font-weight:600;color:var(--ink);letter-spacing:-.02em;margin:0 0 4px}
        .tile .big .none{font-size:20px;font-weight:400;letter-spacing:0}
        aside{margin-top:32px;border-left:3px solid var(--int8);padding:2px 0 2px 14px}
        aside h2{font-size:14px;margin:0}
        aside ul{margin:2px 0 0;padding-left:18px;font-size:13px}
        .plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,300px),1fr));gap:28px 32px;margin:16px 0 28px}
        figure{margin:0;min-width:0}
        figcaption{font-size:13px}
        .frame{padding:0 18px 0 56px;margin:6px 0 4px}
        .frame.bare{padding-left:18px}
        .axis{font-size:12px;color:var(--soft);margin:0 0 8px -56px}
        .axis.below{margin:30px 0 0;text-align:center}
        .plot{display:block;width:100%;height:180px;overflow:visible;border-bottom:1px solid var(--soft)}
        .plot.tall{height:240px}
        .plot .mark{overflow:visible}
        .bars{overflow:hidden}
        .grid{stroke:var(--line);stroke-width:1;shape-rendering:crispEdges}
        text{fill:var(--ink);font-size:13px}
        .ticks{overflow:visible}.ticks text{fill:var(--soft);font-size:12px;text-anchor:middle}
        .ticks.up text{text-anchor:end;dominant-baseline:central}.label.left{text-anchor:end}.label.middle{text-anchor:middle}
        .label{font-weight:600;paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round}
        .mark.pruned.over,.mark.int8.over{fill:var(--paper);stroke-width:2}.mark.pruned.over{stroke:var(--pruned)}.mark.int8.over{stroke:var(--int8)}
        .chosen{fill:none;stroke:var(--ink);stroke-width:1.5}
        .limit{stroke:var(--ink);stroke-width:1;stroke-dasharray:2 3}
        .marks{display:flex;flex-wrap:wrap;gap:2px 18px;max-width:none}svg.key{width:18px;height:18px;vertical-align:-4px;overflow:visible}
        tr.result th,tr.result td{font-weight:600;background:var(--faint)}.over{white-space:nowrap}span.pruned{color:var(--pruned)}
        .front{stroke:var(--soft);stroke-width:1.5;stroke-dasharray:4 4}
        .whisker{stroke-width:2}
        .mark.float,.key.float{fill:var(--float)}.mark.int8{fill:var(--int8)}.mark.pruned{fill:var(--pruned)}
        .whisker.int8{stroke:var(--int8)}.whisker.pruned{stroke:var(--pruned)}.whisker.float{stroke:var(--float)}
        path.before{fill:var(--bar);fill-opacity:.55}
        path.after{fill:none;stroke:var(--int8);stroke-width:1.5;vector-effect:non-scaling-stroke}
        .range{fill:var(--band)}
        .bound{stroke:var(--int8);stroke-width:1.5}
        .key{display:inline-block;width:18px;height:10px;margin-right:4px}
        .key.before{background:var(--bar);opacity:.55}.key.after{border:2px solid var(--int8);margin-left:14px}
        .key.band{background:var(--band);border:solid var(--int8);border-width:0 2px;margin-left:14px}
        .box{overflow-x:auto;margin:0 0 20px}
        .box.rows{max-height:620px;overflow-y:auto;border-bottom:1px solid var(--line)}
        .box:focus-visible,button:focus-visible,select:focus-visible,summary:focus-visible{outline:2px solid var(--link);outline-offset:2px}
        table{border-collapse:collapse;width:100%;font-size:13px;line-height:1.4}
        .caption{font-size:13px;margin:0 0 4px}
        th,td{text-align:left;vertical-align:top;padding:5px 16px 5px 0;border-bottom:1px solid var(--line);font-weight:400}
        td,td bdi{overflow-wrap:break-word}
        th:last-child,td:last-child{padding-right:4px}
        thead th{font-weight:600;vertical-align:bottom;border-bottom-color:var(--soft);background:var(--paper);overflow-wrap:normal}
        .rows thead th{position:sticky;top:0;z-index:1;box-shadow:inset 0 -1px var(--soft)}
        tbody th bdi{display:inline-block;max-width:20em;overflow-wrap:break-word}tbody th small{display:block}
        .rows tbody th{position:sticky;left:0;background:var(--paper)}.rows thead th:first-child{left:0;z-index:2}
        td small{display:block}
        .n{text-align:right;white-space:nowrap}
        thead .n{white-space:normal}td[data-json]{text-align:right;white-space:nowrap}
        td.bar{width:80px;min-width:60px;vertical-align:middle}
        td.bar svg{display:block;width:100%;height:8px}
        td.bar rect{height:8px;fill:var(--bar)}
        tbody a{color:inherit;text-decoration-color:var(--line);text-underline-offset:3px}tbody a bdi{text-decoration:inherit}tbody a:hover{text-decoration-color:currentColor}
        dl .full{grid-column:1/-1}.legend{font-size:13px}
        .int8{color:var(--int8)}span.float{color:var(--float)}.state{min-width:14em;padding-left:8px}
        th button{all:unset;cursor:pointer;font-weight:600}
        th button::after{content:" ↕";color:var(--soft);font-weight:400}
        th[aria-sort=ascending] button::after{content:" ↑";color:inherit}
        th[aria-sort=descending] button::after{content:" ↓";color:inherit}
        details{border-top:1px solid var(--line);padding:6px 0}
        summary{cursor:pointer;font-weight:600;font-size:13px}
        details[open]>summary{margin-bottom:8px}
        dl{display:flex;flex-wrap:wrap;gap:6px 28px;margin:10px 0 4px;font-size:13px}
        dl>div{min-width:0}
        dt{color:var(--soft);font-size:12px}
        dd{margin:0;color:var(--ink);font-variant-numeric:tabular-nums}
        dl.wide{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,240px),1fr));gap:10px 28px;margin-bottom:24px}
        pre{background:var(--faint);padding:12px 14px;margin:0 0 16px;white-space:pre-wrap;overflow-wrap:anywhere;font-size:13px}
        code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:12.5px}
        .columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,300px),1fr));gap:8px 36px}
        .columns .box,.columns>div{min-width:0}
        .pick{display:flex;gap:8px;align-items:center;margin:0 0 12px;font-size:13px;max-width:100%}
        .pick label{display:flex;gap:8px;align-items:center;min-width:0;flex:0 1 auto}
        .pick select{min-width:0;max-width:100%;flex:0 1 auto}
        .pick select,.pick button{font:inherit;color:inherit;background:var(--faint);border:1px solid var(--line);border-radius:4px;padding:6px 10px}
        .picker.one details{border:0}.picker.one details:not(.shown){display:none}
        footer{margin-top:48px;border-top:1px solid var(--line);padding-top:10px;font-size:12px}
        @media (max-width:560px){main{padding:20px 16px 32px}h1{font-size:23px}.tile .big{font-size:32px}section{margin-top:36px}\
        .tiles{grid-template-columns:1fr 1fr;gap:18px 20px}.tile:first-child{grid-column:1/-1}tbody th bdi{max-width:11em}.box.rows{max-height:460px}.frame{padding-left:48px;padding-right:12px}.axis{margin-left:-48px}}
        @media print{@page{size:A4;margin:14mm 12mm}
        :root{--ink:#000;--soft:#444;--line:#ccc;--faint:#f4f4f4;--paper:#fff;--float:#0072b2;--int8:#c44e00;--pruned:#00805d;\
        --band:#c44e0018;--bar:#0072b2;--link:#000}
        body{font-size:10pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}main{max-width:none;padding:0}section{margin-top:22pt}
        .tiles{grid-template-columns:repeat(auto-fit,minmax(110pt,1fr));gap:12pt}.tile .big{font-size:24pt}
        .box,.box.rows{overflow:visible;max-height:none;border:0}.rows thead th,.rows tbody th,.rows thead th:first-child{position:static;box-shadow:none}
        table{font-size:7.5pt}th,td{padding:2.5pt 5pt 2.5pt 0}tbody th bdi{max-width:14em}small{font-size:7pt}.state{min-width:10em}
        .n{white-space:nowrap}tr,figure,.tile,details{break-inside:avoid}h2,h3,.caption{break-after:avoid}.box:not(.rows){break-inside:avoid}tbody tr:first-child{break-before:avoid}
        .pick,th button::after,details:not([open]){display:none}.plots{grid-template-columns:repeat(auto-fit,minmax(155pt,1fr));gap:14pt 12pt}.legend,section>p{break-after:avoid}.plot.tall{height:140pt}}
        """
}
