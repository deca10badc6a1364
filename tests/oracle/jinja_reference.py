#!/usr/bin/env python3
"""What Python's Jinja renders from templates with the constructs of chat templates, set up as transformers does.

Run once, with jinja2 3.1 (pip or apt-get install python3-jinja2):

    python3 tests/oracle/jinja_reference.py > tests/oracle/jinja_reference.json

The file holds for each case the template, the variables and the text that came out; null where it raised an error.
"""
import datetime
import json

import jinja2
import jinja2.ext
import jinja2.sandbox

CHAT = {
    "messages": [
        {"role": "system", "content": "Be kind.\n"},
        {"role": "user", "content": "  hello 'you' & \"me\"  "},
        {"role": "assistant", "content": "<think>\nhm\n</think>\n\nhi", "tool_calls": [
            {"id": "abcdefghi", "type": "function", "function": {"name": "f", "arguments": {"x": 1, "y": [True, None, "é"]}}},
            {"id": "abcdefghj", "type": "function", "function": {"name": "g", "arguments": {}}}]},
        {"role": "tool", "content": "7", "name": "f", "tool_call_id": "abcdefghi"},
        {"role": "tool", "content": "8", "name": "g", "tool_call_id": "abcdefghj"},
        {"role": "assistant", "content": "done"},
        {"role": "user", "content": "你好 🙂"},
    ],
    "tools": [
        {"type": "function", "function": {"name": "f", "description": "a \"b\" <c>", "parameters": {
            "type": "object", "properties": {"x": {"type": "integer", "default": 1.5}}, "required": ["x"]}}},
        {"type": "function", "function": {"name": "g", "parameters": {}}},
    ],
    "add_generation_prompt": True, "bos_token": "<s>", "eos_token": "</s>",
}
PLAIN = {"messages": CHAT["messages"][:2] + CHAT["messages"][5:], "tools": None, "add_generation_prompt": False,
         "bos_token": "<s>", "eos_token": "</s>"}

QWEN = """
{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- if messages[0].role == 'system' %}
        {{- messages[0].content + '\\n\\n' }}
    {%- endif %}
    {{- "# Tools\\n<tools>" }}
    {%- for tool in tools %}
        {{- "\\n" }}
        {{- tool | tojson }}
    {%- endfor %}
    {{- "\\n</tools>\\n{\\"name\\": <function-name>}<|im_end|>\\n" }}
{%- else %}
    {%- if messages[0].role == 'system' %}
        {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
    {%- endif %}
{%- endif %}
{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.multi_step_tool and message.role == "user" and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
        {%- set ns.multi_step_tool = false %}
        {%- set ns.last_query_index = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {%- set content = message.content %}
        {%- set reasoning_content = '' %}
        {%- if message.reasoning_content is defined and message.reasoning_content is not none %}
            {%- set reasoning_content = message.reasoning_content %}
        {%- else %}
            {%- if '</think>' in message.content %}
                {%- set content = message.content.split('</think>')[-1].lstrip('\\n') %}
                {%- set reasoning_content = message.content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
            {%- endif %}
        {%- endif %}
        {%- if loop.index0 > ns.last_query_index %}
            {{- '<|im_start|>' + message.role + '\\n<think>\\n' + reasoning_content.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') }}
        {%- else %}
            {{- '<|im_start|>' + message.role + '\\n' + content }}
        {%- endif %}
        {%- if message.tool_calls %}
            {%- for tool_call in message.tool_calls %}
                {%- if (loop.first and content) or (not loop.first) %}
                    {{- '\\n' }}
                {%- endif %}
                {%- if tool_call.function %}
                    {%- set tool_call = tool_call.function %}
                {%- endif %}
                {{- '<tool_call>\\n{"name": "' }}
                {{- tool_call.name }}
                {{- '", "arguments": ' }}
                {%- if tool_call.arguments is string %}
                    {{- tool_call.arguments }}
                {%- else %}
                    {{- tool_call.arguments | tojson }}
                {%- endif %}
                {{- '}\\n</tool_call>' }}
            {%- endfor %}
        {%- endif %}
        {{- '<|im_end|>\\n' }}
    {%- elif message.role == "tool" %}
        {%- if loop.first or (messages[loop.index0 - 1].role != "tool") %}
            {{- '<|im_start|>user' }}
        {%- endif %}
        {{- '\\n<tool_response>\\n' }}
        {{- message.content }}
        {{- '\\n</tool_response>' }}
        {%- if loop.last or (messages[loop.index0 + 1].role != "tool") %}
            {{- '<|im_end|>\\n' }}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}
"""

LLAMA = """{{- bos_token }}
{%- if custom_tools is defined %}
    {%- set tools = custom_tools %}
{%- endif %}
{%- if not date_string is defined %}
    {%- if strftime_now is defined %}
        {%- set date_string = strftime_now("%d %b %Y") %}
    {%- else %}
        {%- set date_string = "26 Jul 2024" %}
    {%- endif %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{%- if tools is not none %}
    {{- "Environment: ipython\\n" }}
{%- endif %}
{{- "Today Date: " + date_string + "\\n\\n" }}
{%- if tools is not none %}
    {%- for t in tools %}
        {{- t | tojson(indent=4) }}
        {{- "\\n\\n" }}
    {%- endfor %}
{%- endif %}
{{- system_message }}
{{- "<|eot_id|>" }}
{%- for message in messages %}
    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' }}
    {%- elif 'tool_calls' in message %}
        {%- set tool_call = message.tool_calls[0].function %}
        {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' -}}
        {%- for arg_name, arg_val in tool_call.arguments | items %}
            {{- arg_name + '="' ~ arg_val ~ '"' }}
            {%- if not loop.last %}
                {{- ", " }}
            {%- endif %}
        {%- endfor %}
        {{- "<|eot_id|>" }}
    {%- elif message.role == "tool" or message.role == "ipython" %}
        {{- "<|start_header_id|>ipython<|end_header_id|>\\n\\n" }}
        {%- if message.content is mapping or (message.content is iterable and message.content is not string) %}
            {{- message.content | tojson }}
        {%- else %}
            {{- message.content }}
        {%- endif %}
        {{- "<|eot_id|>" }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
"""

MISTRAL = """{%- if messages[0]["role"] == "system" %}
    {%- set system_message = messages[0]["content"] %}
    {%- set loop_messages = messages[1:] %}
{%- else %}
    {%- set loop_messages = messages %}
{%- endif %}
{%- set user_messages = loop_messages | selectattr("role", "equalto", "user") | list %}
{%- set ns = namespace() %}
{%- set ns.index = 0 %}
{%- for message in loop_messages %}
    {%- if not (message.role == "tool" or (message.tool_calls is defined and message.tool_calls is not none)) %}
        {%- if (message["role"] == "user") != (ns.index % 2 == 0) %}
            {{- raise_exception("roles must alternate") }}
        {%- endif %}
        {%- set ns.index = ns.index + 1 %}
    {%- endif %}
{%- endfor %}
{{- bos_token }}
{%- for message in loop_messages %}
    {%- if message["role"] == "user" %}
        {%- if tools is not none and (message == user_messages[-1]) %}
            {{- "[AVAILABLE_TOOLS] [" }}
            {%- for tool in tools %}
                {%- set tool = tool.function %}
                {{- '{"type": "function", "function": {' }}
                {%- for key, val in tool.items() if key != "return" %}
                    {%- if val is string %}
                        {{- '"' + key + '": "' + val + '"' }}
                    {%- else %}
                        {{- '"' + key + '": ' + val|tojson }}
                    {%- endif %}
                    {%- if not loop.last %}
                        {{- ", " }}
                    {%- endif %}
                {%- endfor %}
                {{- "}}" }}
                {%- if not loop.last %}
                    {{- ", " }}
                {%- else %}
                    {{- "]" }}
                {%- endif %}
            {%- endfor %}
            {{- "[/AVAILABLE_TOOLS]" }}
        {%- endif %}
        {%- if loop.last and system_message is defined %}
            {{- "[INST] " + system_message + "\\n\\n" + message["content"] + "[/INST]" }}
        {%- else %}
            {{- "[INST] " + message["content"] + "[/INST]" }}
        {%- endif %}
    {%- elif message.tool_calls is defined and message.tool_calls is not none %}
        {{- "[TOOL_CALLS] [" }}
        {%- for tool_call in message.tool_calls %}
            {%- set out = tool_call.function|tojson %}
            {{- out[:-1] }}
            {%- if not tool_call.id is defined or tool_call.id|length != 9 %}
                {{- raise_exception("Tool call IDs should be alphanumeric strings with length 9!") }}
            {%- endif %}
            {{- ', "id": "' + tool_call.id + '"}' }}
            {%- if not loop.last %}
                {{- ", " }}
            {%- else %}
                {{- "]" + eos_token }}
            {%- endif %}
        {%- endfor %}
    {%- elif message["role"] == "assistant" %}
        {{- " " + message["content"]|trim + eos_token}}
    {%- elif message["role"] == "tool_results" or message["role"] == "tool" %}
        {{- '[TOOL_RESULTS] {"content": ' + message.content|string + ", " }}
        {{- '"call_id": "' + message.tool_call_id + '"}[/TOOL_RESULTS]' }}
    {%- else %}
        {{- raise_exception("Only user and assistant roles are supported") }}
    {%- endif %}
{%- endfor %}
"""

SMOLLM = ("{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\n"
          "You are a helpful AI assistant<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n' + "
          "message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' "
          "}}{% endif %}")

SMALL = [
    "{{ 1 + 2 * 3 - 4 // 3 % 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 10 }} {{ 2 ** -1 }} {{ 1e3 }} {{ 0.1 + 0.2 }}",
    "{{ 10000000000000000.0 }} {{ 1.5e-7 }} {{ 123456.0 }} {{ 1e22 }} {{ 3.0 }} {{ 1_000 }}",
    "{{ 'a' ~ 1 ~ none ~ true ~ 1.0 }} {{ 'ab' * 3 }} {{ [1] + [2, 'x'] }} {{ {'a': 1, 'b': [none, 'it\\'s']} }}",
    "{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 'a' in 'abc' }} {{ 4 not in [1, 2] }} {{ 'k' in {'k': 1} }} {{ 1 == 1.0 }} {{ '1' == 1 }}",
    "{{ none == none }} {{ x is defined }} {{ x is not defined }} {{ x }} {{ x | default('d') }} {{ '' | default('e', true) }} {{ none | d('n') }}",
    "{{ 'yes' if 1 else 'no' }} {{ 'yes' if '' }} {{ 'a' if 0 else 'b' if 0 else 'c' }} {{ not 1 }} {{ not x }} {{ 1 and 2 }} {{ 0 or 'z' }}",
    "{{ 'abcdef'[1:4] }} {{ 'abcdef'[::-1] }} {{ 'abcdef'[-2:] }} {{ 'abcdef'[:-2] }} {{ [1,2,3,4][::2] }} {{ [1,2,3][10:] }} {{ 'abc'[0] }} {{ 'abc'[-1] }}",
    "{{ [1, 2, 3][5] is defined }} {{ {'a': 1}.b is defined }} {{ {'a': 1}['a'] }} {{ {'items': 5}['items'] }} {{ {'get': 1}.get('get') }} {{ [[1,2],[3]][0][1] }} {{ (1, 2).0 }}",
    "{{ ' a b '.strip() }}|{{ 'xxaxx'.strip('x') }}|{{ 'xxa'.lstrip('x') }}|{{ 'axx'.rstrip('x') }}|{{ '\\n\\nq\\n'.strip('\\n') }}|",
    "{{ 'a,b,,c'.split(',') }} {{ ' a  b c '.split() }} {{ 'a b c'.split(' ', 1) }} {{ 'a b c'.rsplit(' ', 1) }} {{ 'a  b  c '.split(none, 1) }} {{ 'a\\nb\\r\\nc'.splitlines() }}",
    "{{ 'Hello World'.upper() }} {{ 'ABC'.lower() }} {{ 'hello wORLD'.title() }} {{ 'hELLO'.capitalize() }} {{ \"it's o'clock\".title() }} {{ \"it's o'clock a-b\" | title }}",
    "{{ 'a.b.c'.replace('.', '-') }} {{ 'aaa'.replace('a', 'b', 2) }} {{ 'abc'.startswith('ab') }} {{ 'abc'.endswith(('x', 'c')) }} {{ 'abcabc'.find('c') }} {{ 'abcabc'.rfind('c') }} {{ 'abcabc'.count('bc') }} {{ 'x'.find('q') }}",
    "{{ '12'.isdigit() }} {{ 'a1'.isalnum() }} {{ 'ab'.isalpha() }} {{ ' '.isspace() }} {{ 'AB'.isupper() }} {{ 'ab'.islower() }} {{ ','.join(['a', 'b']) }} {{ 'prefix-x'.removeprefix('prefix-') }} {{ 'a.py'.removesuffix('.py') }}",
    "{% for x in [1, 2, 3] %}{{ loop.index }}/{{ loop.index0 }}/{{ loop.revindex }}/{{ loop.revindex0 }}/{{ loop.first }}/{{ loop.last }}/{{ loop.length }}/{{ loop.previtem }}/{{ loop.nextitem }};{% endfor %}",
    "{% for x in [1, 2, 3, 4] if x % 2 == 0 %}{{ x }}:{{ loop.index }}of{{ loop.length }} {% else %}none{% endfor %}{% for x in [] %}{% else %}empty{% endfor %}",
    "{% for a, b in {'x': 1, 'y': 2}.items() %}{{ a }}={{ b }},{% endfor %}{% for k in {'p': 1} %}{{ k }}{% endfor %}{% for c in 'héy' %}{{ c }}.{% endfor %}",
    "{% for x in range(5) %}{% if x == 1 %}{% continue %}{% endif %}{% if x == 3 %}{% break %}{% endif %}{{ x }}{% endfor %} {{ range(3) | list }} {{ range(1, 10, 4) | list }} {{ range(3, 0, -1) | list }}",
    "{% for x in [1, 1, 2] %}{{ loop.cycle('a', 'b') }}{{ loop.changed(x) }} {% endfor %}",
    "{% set x = 1 %}{% for i in [1] %}{% set x = 2 %}{{ x }}{% endfor %}{{ x }}{% if true %}{% set x = 3 %}{% endif %}{{ x }}{% set a, b = 1, 2 %}{{ a }}{{ b }}",
    "{% set ns = namespace(n=0) %}{% for i in range(4) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}{% set ns.t = 'q' %}{{ ns.t }}",
    "{% set x %}a{{ 1 }}b{% endset %}{{ x }}{% set y | upper | trim %} q {% endset %}[{{ y }}]{% filter upper %}abc{{ 'd' }}{% endfilter %}",
    "{% macro m(a, b='B', c=none) %}<{{ a }}{{ b }}{{ c }}>{% endmacro %}{{ m(1) }}{{ m(1, 2) }}{{ m(c=3, a=4) }}{{ m() }}",
    "{% macro fact(n) %}{% if n < 2 %}1{% else %}{{ n * (fact(n - 1) | int) }}{% endif %}{% endmacro %}{{ fact(6) }}",
    "{% macro box(t) %}[{{ t }}:{{ caller() }}]{% endmacro %}{% call box('x') %}in{{ 1 }}{% endcall %}",
    "{% macro each(l) %}{% for i in l %}{{ caller(i) }}{% endfor %}{% endmacro %}{% call(i) each([1,2]) %}<{{ i }}>{% endcall %}",
    "  {% if true %}\n  a\n  {% endif %}\nb\n",
    "  {%- if true -%}\n  a\n  {%- endif -%}\nb  {{- 'c' -}}  d\n\n",
    "a\n  {%+ if true %} b{% endif +%}\nc\n{# comment #}\nd {# x -#}  e",
    "{% raw %}{{ not }} {% x %}{% endraw %}|{{ '{{' }}|{{ '%}' }}|{{ {'a': {'b': 1}}['a'] }}",
    "{{ [3, 1, 2] | sort }} {{ ['b', 'A', 'c'] | sort }} {{ ['b', 'A'] | sort(case_sensitive=true) }} {{ [1, 2] | sort(reverse=true) }} {{ [{'n': 2}, {'n': 1}] | sort(attribute='n') }}",
    "{{ [1, 2, 3] | first }} {{ [1, 2, 3] | last }} {{ [1, 2, 3] | length }} {{ 'abc' | length }} {{ [1, 2] | join('-') }} {{ [1, 2, 3] | reverse | list }} {{ 'abc' | reverse }} {{ [1, 2] | sum }} {{ [1, 5, 2] | max }} {{ [4, 2] | min }} {{ [1, 1, 2] | unique | list }}",
    "{{ [{'a': 1, 'b': 'x'}, {'a': 2}] | map(attribute='a') | list }} {{ ['a', 'b'] | map('upper') | join }} {{ [{'a': 1}, {'a': 0}] | selectattr('a') | list }} {{ [{'r': 'u'}, {'r': 's'}] | rejectattr('r', 'equalto', 's') | list }} {{ [1, 2, 3] | select('odd') | list }} {{ [0, 1] | reject | list }} {{ [{'a': {'b': 3}}] | map(attribute='a.b') | first }}",
    "{{ {'b': 1, 'a': 2} | dictsort }} {{ {'b': 1, 'a': 2} | items | list }} {{ {'b': 1}.keys() | list }} {{ {'b': 1}.values() | list }} {{ {'a': 1}.get('x', 'no') }} {{ {'a': 1}.get('x') }} {{ dict(a=1, b=2) }} {{ {'a': 1} | length }}",
    "{{ ' x ' | trim }}| {{ 'a\nb\n\nc' | indent }} {{ 'a\nb' | indent(2, true) }} {{ 'AbC' | lower }} {{ 'abc' | capitalize }} {{ 'a b' | replace('a', 'c') }} {{ '3.7' | int }} {{ 'x' | int(5) }} {{ '2.5' | float }} {{ 3 | string }} {{ -3 | abs }} {{ 2.567 | round(2) }} {{ 2.5 | round }} {{ 2.1 | round(method='ceil') }} {{ 'a b c' | wordcount }}",
    "{{ {'a': [1, 2.5, true, none, 'é\"\\\\\\n<>&\\u0001']} | tojson }} {{ [] | tojson }} {{ {} | tojson }} {{ 'x' | tojson }} {{ [1, [2], {'a': {}}] | tojson(indent=2) }} {{ {'b': 1, 'a': 2} | tojson(sort_keys=true) }} {{ [1, 2] | tojson(separators=(',', ':')) }}",
    "{{ 1 is odd }} {{ 2 is even }} {{ 6 is divisibleby 3 }} {{ 'a' is string }} {{ 1 is number }} {{ 1 is integer }} {{ 1.0 is float }} {{ true is boolean }} {{ {} is mapping }} {{ [] is iterable }} {{ 'a' is sequence }} {{ none is none }} {{ true is true }} {{ 1 is true }} {{ 'A' is upper }} {{ 'a' is lower }} {{ 1 is eq 1 }} {{ 2 is gt(1) }} {{ 1 is in [1] }} {{ range is callable }} {{ not 1 is odd }} {{ 1 is not none and true }}",
    "{{ \"a\" 'b' }} {{ '\\t|\\x41\\u00e9' }} {{ 'q\\'s' }} {{ '\\\\n' }} {{ '\\d' }}",
    "{{ (1, 2) }} {{ (1,) }} {{ () }} {{ 1, 2 }} {{ [(1, 'a')] }} {{ true }} {{ False }} {{ None }} {{ [true, none] }}",
    "{{ messages[0].nothing }}{{ messages[0].nothing is defined }}{{ messages[0]['role'] | upper }}{{ (messages | last).content }}{{ messages | map(attribute='role') | unique | join(',') }}",
    "{{ strftime_now('%Y-%m-%d %H:%M:%S %d %b %B %a %A %y %j %I %p %%') }}",
    "{{ raise_exception('no') }}", "{{ x.y }}", "{{ 1 / 0 }}", "{{ 'a' + 1 }}", "{{ nothing() }}", "{% for x in 5 %}{% endfor %}", "{{ 'a' < 1 }}",
    "{% generation %}g{% endgeneration %}",
    "{{ '%s' }} {{ 'a' 'b' | upper }} {{ -1 | abs }} {{ - 2 ** 2 }} {{ 2 * -3 }} {{ not true == false }} {{ 1 if x is undefined else 2 }}",
    "{% if messages is defined and messages[0] is mapping and messages[0].role in ['system', 'developer'] %}S{% elif true %}E{% else %}N{% endif %}",
    "{%- set j = joiner(', ') %}{% for i in [1,2,3] %}{{ j() }}{{ i }}{% endfor %}",
    "{{ [1,2,3,4,5] | batch(2) | list }} {{ '<a>' | e }} {{ '<a>' | safe }} {{ 'a' | list }}",
    "{{ 'abcabc'.find('b', 2) }} {{ 'abcabc'.find('b', 2, 4) }} {{ 'abcabc'.rfind('b', 0, -2) }} {{ 'abc'.find('', 3) }} {{ 'abc'.find('', 4) }} {{ 'abc'.rfind('') }} {{ 'aaaa'.count('aa') }} {{ 'ab'.count('a', 1) }} {{ 'abab'.count('ab', -2, 9) }}",
    "{{ 'xab'.startswith('ab', 1) }} {{ 'xab'.startswith('', 4) }} {{ 'abx'.endswith('ab', 0, 2) }} {{ 'abx'.endswith(('q', 'b'), 1, -1) }} {{ 'abc'.startswith('', 2, 1) }} {{ 'a\\nb\\r\\nc\\n'.splitlines(true) }} {{ 'a\\nb'.splitlines(keepends=true) }}",
    "{{ '🙂a🙂b'.find('b') }} {{ '🙂a🙂b'.rfind('🙂') }} {{ '🙂a🙂b'.find('🙂', 1) }} {{ '🙂a🙂b'.find('a', 0, 2) }} {{ '🙂a'.startswith('a', 1) }} {{ 'é🙂x<y>'[:'é🙂x<y>'.find('<y>')] }}",
    "{{ [1, 2, 3] | batch(2, 0) | list }} {{ [1, 2] | batch(2, 0) | list }} {{ [1] | batch(linecount=3, fill_with='x') | list }} {{ dict([('a', 1), ['b', 2]], c=3) }} {{ dict({'a': 1}) }} {{ 'a-b c_d é2 🙂' | wordcount }} {{ 3 | round }} {{ 25 | round(-1) }} {{ true | round }} {{ 3 | round(method='floor') }} {{ 2.5 | round(precision=0) }}",
    "{{ 'é🙂~\x7f' | tojson(true) }} {{ {'é': 1} | tojson(ensure_ascii=true) }} {{ 'é' | tojson }} {{ [1, 2] | tojson(false, 1) }} {{ {'b': 1, 'a': 2} | tojson(false, none, (',', ':'), true) }}",
    "{{ [{'n': 1}, {'n': 2}] | selectattr('n', '>', 1) | list }} {{ [1, 2, 3] | select('<=', 2) | list }} {{ [1, 2] | reject('==', 1) | list }} {{ [1, 2] | select('!=', 1) | list }} {{ [1, 2] | select('<', 2) | list }} {{ [1, 2] | select('>=', 2) | list }} {{ ['aXa'] | map('replace', 'a', 'b', count=1) | list }}",
    "{{ 'a' | upper(1) }}", "{{ 'aa' | replace('a', 'b', key=1) }}", "{{ 'aa' | replace('a', 'b', old='c') }}", "{{ 'a'.upper(1) }}", "{{ 'a'.find('a', 0, 1, 2) }}", "{{ dict([1]) }}", "{{ dict({}, {}) }}", "{{ 1 is odd(2) }}", "{{ range(stop=3) }}", "{{ range(1, 2, 3, 4) }}", "{{ [1] | select('nothing') | list }}", "{{ [1] | map('nothing') | list }}", "{{ [1] | select('odd', key=1) | list }}",
]


class Generation(jinja2.ext.Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.Scope(body).set_lineno(line)


def environment():
    env = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = lambda form: datetime.datetime(2024, 7, 26).strftime(form)
    return env


def render(template, variables):
    try:
        return environment().from_string(template).render(**variables)
    except Exception:
        return None


CASES = [{"template": t, "variables": v} for t in (QWEN, LLAMA, MISTRAL, SMOLLM) for v in (CHAT, PLAIN)]
CASES += [{"template": QWEN, "variables": {**CHAT, "messages": CHAT["messages"][:k]}} for k in range(1, 7)]
CASES += [{"template": t, "variables": {"messages": CHAT["messages"]}} for t in SMALL]
for case in CASES:
    case["expected"] = render(case["template"], case["variables"])
print(json.dumps({"jinja2": jinja2.__version__, "cases": CASES}, ensure_ascii=False, indent=1))
